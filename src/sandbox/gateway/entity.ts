import { formatAmount } from '../../base/amount.js';
import { toHex } from '../../base/bytes.js';
import { ENTITY, entityOf, type NodeId } from '../../sbor/custom.js';
import { KIND } from '../../sbor/kind.js';
import { Writer } from '../../sbor/writer.js';
import { isAccount, isFungible, parseAddress } from '../../transaction/address.js';
import type { EntityDetails } from '../engine/methods.js';
import { type Fields, text } from '../fields.js';
import type { Balance } from '../world/balances.js';
import type { World } from '../world/world.js';
import type { Endpoint } from './call.js';
import { entityNotFound, invalidEntity, invalidRequest } from './error.js';
import { addressOf } from './id.js';
import { ledgerState, pinnedView, type View } from './view.js';

/** `/state/entity/details`, `/state/entity/page/fungibles/` and `/state/entity/page/fungible-vaults/` (docs/interfaces.md §1.1). */

const MAX_ADDRESSES = 20;
const MAX_METADATA = 20;
const PAGE = 100;

export const entityDetails: Endpoint = async (call) => {
  const { body, world } = call;
  const { network } = world;
  const texts = body.list('addresses', text);
  if (texts.length === 0 || texts.length > MAX_ADDRESSES) {
    throw invalidRequest('Addresses', `expected 1 to ${MAX_ADDRESSES} addresses, got ${texts.length}`);
  }
  const entities = [...new Set(texts)].map((each, index) => addressOf(each, `addresses[${index}]`, network));
  const view = pinnedView(body, call.view, world.history);
  const wanted = { ...shapeOf(body), keys: metadataKeys(body) };
  const items = await Promise.all(entities.map(({ address, node }) => itemOf(address, node, wanted, view, world)));
  // Not in the order of the request: nobody shall rely on it. What is not known is left out without a word.
  return {
    ledger_state: ledgerState(view, network),
    items: items.filter((item) => item !== undefined).reverse(),
  };
};

export const fungiblesPage: Endpoint = async (call) => {
  const { body, world } = call;
  const { address, node } = addressOf(body.string('address'), 'address', world.network);
  const view = pinnedView(body, call.view, world.history);
  const { exists } = await world.ledger.entity(address);
  if (!exists && !isPreallocated(node)) throw entityNotFound(address);
  const shape = { ...shapeOf(body), limit: Math.min(body.count('limit_per_page', PAGE), PAGE), cursor: cursorOf(body) };
  return { ledger_state: ledgerState(view, world.network), address, ...(await fungibles(address, shape, view, world)) };
};

/** What an account holds of one resource: by vault, of which it has one at most. */
export const fungibleVaultsPage: Endpoint = async (call) => {
  const { body, world } = call;
  const { address, node } = addressOf(body.string('address'), 'address', world.network);
  const resource = addressOf(body.string('resource_address'), 'resource_address', world.network);
  const view = pinnedView(body, call.view, world.history);
  const entity = await world.ledger.entity(address);
  if (!entity.exists && !isPreallocated(node)) throw entityNotFound(address);
  if (!(await world.ledger.entity(resource.address)).exists) throw entityNotFound(resource.address);
  if (!isFungible(resource.node)) throw invalidEntity(resource.address);
  const balance = (await world.balances(address, view.state.stateVersion)).get(resource.address);
  const items = balance === undefined ? [] : [vaultItem(entity.vaults?.[resource.address], balance)];
  return {
    ledger_state: ledgerState(view, world.network),
    total_count: items.length,
    items,
    address,
    resource_address: resource.address,
  };
};

interface Shape {
  readonly byVault: boolean;
  readonly limit: number;
  readonly cursor: number;
}

function shapeOf(body: Fields): Shape {
  const level = body.oneOf('aggregation_level', ['Global', 'Vault'], 'Global');
  return { byVault: level === 'Vault', limit: PAGE, cursor: 0 };
}

function cursorOf(body: Fields): number {
  const cursor = body.string('cursor', undefined);
  if (cursor === undefined) return 0;
  const offset = Buffer.from(cursor, 'base64').toString('latin1');
  if (!/^\d{1,9}$/.test(offset)) throw invalidRequest('Cursor', 'expected a cursor of an earlier page');
  return Number(offset);
}

function metadataKeys(body: Fields): readonly string[] {
  const keys = body.optionalObject('opt_ins')?.list('explicit_metadata', text) ?? [];
  if (keys.length > MAX_METADATA) throw invalidRequest('ExplicitMetadata', `expected at most ${MAX_METADATA} keys`);
  return keys;
}

function isPreallocated(node: NodeId): boolean {
  return isAccount(node) && entityOf(node) !== ENTITY.GlobalAccount;
}

async function itemOf(
  address: string,
  node: NodeId,
  { keys, ...shape }: Shape & { readonly keys: readonly string[] },
  view: View,
  world: World,
) {
  const entity = await world.ledger.entity(address);
  if (!entity.exists && !isPreallocated(node)) return undefined;
  const metadata = metadataOf(entity);
  return {
    address,
    fungible_resources: isAccount(node) ? await fungibles(address, shape, view, world) : undefined,
    metadata: { items: metadata },
    explicit_metadata: keys.length === 0 ? undefined : { items: metadata.filter(({ key }) => keys.includes(key)) },
    details: detailsOf(node, entity),
  };
}

function detailsOf(node: NodeId, entity: EntityDetails) {
  if (isFungible(node)) {
    const total_supply = entity.totalSupply ?? undefined;
    return { type: 'FungibleResource', divisibility: entity.divisibility, total_supply };
  }
  if (entity.blueprint === undefined || entity.fungible !== undefined) return undefined;
  return { type: 'Component', package_address: entity.package, blueprint_name: entity.blueprint };
}

async function fungibles(address: string, { byVault, limit, cursor }: Shape, view: View, world: World) {
  const balances = [...(await world.balances(address, view.state.stateVersion))].filter(([resource]) =>
    isFungible(parseAddress(resource, world.network)),
  );
  const vaults = byVault ? ((await world.ledger.entity(address)).vaults ?? {}) : {};
  const page = balances.slice(cursor, cursor + limit);
  const next = cursor + limit < balances.length ? Buffer.from(`${cursor + limit}`).toString('base64') : undefined;
  return {
    total_count: balances.length,
    next_cursor: next,
    items: page.map(([resource_address, balance]) => {
      const vault = vaultItem(vaults[resource_address], balance);
      if (byVault) return { aggregation_level: 'Vault', resource_address, vaults: { total_count: 1, items: [vault] } };
      const { amount, last_updated_at_state_version } = vault;
      return { aggregation_level: 'Global', resource_address, amount, last_updated_at_state_version };
    }),
  };
}

function vaultItem(vault_address: string | undefined, { amount, stateVersion }: Balance) {
  return { vault_address, amount: formatAmount(amount), last_updated_at_state_version: stateVersion };
}

/** The engine tells symbol and name, and all that it makes is locked. */
function metadataOf({ symbol, name }: EntityDetails) {
  const items: { key: string; value: object; is_locked: boolean }[] = [];
  for (const [key, value] of Object.entries({ symbol, name })) {
    if (typeof value !== 'string') continue;
    items.push({ key, value: metadataValue(value), is_locked: true });
  }
  return items;
}

/** A string as metadata holds it: variant 0 of an enum, in Scrypto SBOR. */
function metadataValue(value: string) {
  const writer = new Writer();
  for (const byte of [0x5c, KIND.Enum, 0, 1, KIND.String]) writer.byte(byte);
  writer.text(value);
  const field = { kind: 'String', value };
  return {
    raw_hex: toHex(writer.finish()),
    programmatic_json: { kind: 'Enum', variant_id: '0', fields: [field] },
    typed: { type: 'String', value },
  };
}
