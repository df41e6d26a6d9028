import { Command } from 'commander';
import { compareManifests } from '../../anthic/order/compare.js';
import { composeLimitOrder } from '../../anthic/order/compose.js';
import { expiryAfter } from '../../anthic/order/expiry.js';
import { signedPartialHex, signSubintent, subintentId } from '../../anthic/order/sign.js';
import { formatOrderManifest } from '../../anthic/order/text.js';
import type { TradeApi } from '../../anthic/trade/client.js';
import { TradeApiError } from '../../anthic/trade/error.js';
import { formatAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { Ledger } from '../../ledger/ledger.js';
import { randomDiscriminator } from '../../settlement/compose/transaction.js';
import { parseAddress } from '../../transaction/address.js';
import type { SignedPartialTransaction, Subintent } from '../../transaction/model.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import type { LedgerTime } from '../../transaction/window.js';
import { type SolverAccount, solverAccount } from '../config/account.js';
import { usageError } from '../error.js';
import type { Io } from '../io.js';
import { KEY_VARIABLE, loadSolverKey } from '../keySource.js';
import { formatFields, indent, printJson, printLine } from '../output.js';
import { checkBounds, checkUsage } from './bounds.js';
import { followToEnd } from './follow.js';
import { type Quoted, quoteFromServers } from './market.js';
import { addTradeOptions, asUsage, count, type TradeOptions } from './options.js';
import { openLedger, openTradeApi, readTime } from './servers.js';
import { quoteFields, quoteJson } from './show.js';

interface Options extends TradeOptions {
  readonly keyFile?: string;
  readonly expiresIn: number;
  readonly compare?: boolean;
  readonly submit?: boolean;
}

const EXPIRES_IN = 45;
/** An epoch is five minutes: the timestamp ends the order long before these do. */
const EPOCHS = 2n;

/** `order submit`: composes an order here, signs it, and with --submit hands it in and follows it to its end. */
export function submitCommand(io: Io): Command {
  return addTradeOptions(new Command('submit'))
    .description('compose and sign an order; with --submit, hand it in and follow it to its end')
    .option('--key-file <file>', `the key that signs, as keygen makes it; or ${KEY_VARIABLE}`)
    .option('--account <address>', "whose order it is; default: the key's own account")
    .option(
      '--expires-in <seconds>',
      'whole seconds from now, 15 to 60; Anthic wants 15 left when it arrives, so that 20 is the least that is safe',
      count,
      EXPIRES_IN,
    )
    .option('--compare', "refuse to sign what differs from the manifest that Anthic's /construction/compose writes")
    .option('--submit', 'submit the order; else everything but that')
    .addHelpText(
      'after',
      `
Example:
  $ anthic-solver order submit --url https://trade-api.staging.anthic.io --gateway https://stokenet.radixdlt.com \\
      --network stokenet --key-file user.key --sell '0.0003 xwBTC' --buy xUSDC --slippage 20 --compare --submit

The manifest is written on this machine from the servers' prices, fees and addresses, and shown before it is sent. What it
may cost at worst is yours to say: --at-least or --at-most, and --max-fee; an order outside them is not signed.
With --json: an object with the order, then, once submitted, one with its end.
Exit status: 0 when the order settled, or for a dry run; 1 when it expired, was refused, was outside those bounds, or
nothing could be sent; 2 bad usage; 3 a key file that cannot be read.`,
    )
    .action((options: Options) => submit(options, io));
}

async function submit(options: Options, io: Io): Promise<void> {
  checkUsage(options);
  asUsage(() => expiryAfter(0n, options.expiresIn));
  const key = loadSolverKey(options.keyFile, io);
  if (key === undefined) throw usageError(`expected a key: give --key-file or ${KEY_VARIABLE}`);
  try {
    await submitWith(key, options, io);
  } finally {
    key.dispose();
  }
}

async function submitWith(key: SolverKey, options: Options, io: Io): Promise<void> {
  const account = asUsage(() => solverAccount({ account: options.account, network: options.network }, key.publicKey));
  const api = openTradeApi(options.url, io);
  const ledger = await openLedger(options);
  const quoted = await quoteFromServers(options, account.address, api, ledger);
  checkBounds(quoted, options);
  await checkFunds(quoted, account, ledger);
  // As late as can be: its seconds count from here.
  const subintent = composeFor(quoted, account, options, await readTime(ledger));
  if (options.compare) await compare(subintent, quoted, account, api);
  const order = signSubintent(subintent, key);
  await show(order, quoted, account, options, io);
  if (!options.submit) return;
  await handIn(order, api, io);
  const expiresAt = subintent.value.intentCore.header.value.maxProposerTimestampExclusive;
  await followToEnd(ledger, subintentId(subintent), expiresAt, options, io);
}

/** What cannot be paid would fail on the ledger, at the cost of everybody. Error: `insufficient-balance`. */
async function checkFunds({ sold, fees }: Quoted, { address }: SolverAccount, ledger: Ledger): Promise<void> {
  const { amounts } = await ledger.balances(address, [sold.resource]);
  const held = amounts.get(sold.resource) ?? 0n;
  if (held >= fees.withdrawn) return;
  const needed = `${formatAmount(fees.withdrawn)} ${sold.symbol}`;
  throw new SolverError('insufficient-balance', `expected ${address} to hold ${needed}, got ${formatAmount(held)}`);
}

function composeFor(quoted: Quoted, account: SolverAccount, options: Options, time: LedgerTime): Subintent {
  const { sold, bought, order, fees, parentRule } = quoted;
  const { network, expiresIn } = options;
  return composeLimitOrder({
    account: account.node,
    sell: { resource: parseAddress(sold.resource, network), amount: order.sell },
    buy: { resource: parseAddress(bought.resource, network), amount: order.buy },
    fees,
    parentRule,
    network: network.id,
    startEpoch: time.epoch,
    endEpoch: time.epoch + EPOCHS,
    expiresAt: expiryAfter(time.timestamp, expiresIn),
    discriminator: randomDiscriminator(),
  });
}

/** Error: `manifest-differs`, telling the first difference; nothing is signed then. */
async function compare(subintent: Subintent, quoted: Quoted, account: SolverAccount, api: TradeApi): Promise<void> {
  const { sold, bought, order, fees } = quoted;
  const text = await api.compose({
    account: account.address,
    sell: { symbol: sold.symbol, amount: order.sell },
    buy: { symbol: bought.symbol, amount: order.buy },
    fees,
  });
  const differences = compareManifests(subintent.value.intentCore, text);
  const [first] = differences;
  if (first === undefined) return;
  const line = (manifest: string) => (manifest === '' ? 'nothing' : manifest.replace(/\s+/g, ' '));
  throw new SolverError(
    'manifest-differs',
    `Anthic writes ${differences.length} of the order's instructions differently: instruction ${first.index} is ` +
      `${line(first.theirs)} there, and ${line(first.ours)} here`,
    { hint: 'nothing was signed' },
  );
}

async function show(
  order: SignedPartialTransaction,
  quoted: Quoted,
  account: SolverAccount,
  { json, submit = false, compare = false }: Options,
  io: Io,
): Promise<void> {
  const { rootSubintent } = order.partialTransaction;
  const { intentCore } = rootSubintent.value;
  const { maxProposerTimestampExclusive: expiresAt } = intentCore.header.value;
  const id = subintentId(rootSubintent);
  const manifest = formatOrderManifest(intentCore);
  if (json) {
    await printJson(io.stdout, {
      ...{ id, account: account.address, ...quoteJson(quoted), expiresAt: Number(expiresAt), compared: compare },
      ...{ manifest, signedPartialTransaction: signedPartialHex(order), submit },
    });
    return;
  }
  const fields = formatFields([
    ['order', id],
    ['account', account.address],
    ...quoteFields(quoted),
    ['expires', new Date(Number(expiresAt) * 1000).toISOString()],
    ['manifest', compare ? 'the same as Anthic writes' : 'not compared (--compare)'],
  ]);
  await printLine(io.stdout, `${fields}\n\n${indent(manifest)}`);
  if (!submit) await printLine(io.stdout, 'a dry run: nothing was submitted (--submit)');
}

/** An answer that is missing or unclear leaves open whether the order was taken: the ledger will tell. */
async function handIn(order: SignedPartialTransaction, api: TradeApi, io: Io): Promise<void> {
  try {
    await api.submitOrder(order);
  } catch (error) {
    if (!(error instanceof TradeApiError) || !error.uncertain) throw error;
    io.stderr.write(`warning: ${error.message} [${error.code}]: the order may have arrived, so it is followed\n`);
  }
}
