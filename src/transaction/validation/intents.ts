import type { IntentCore } from '../model.js';
import { type Location, located } from './error.js';
import { ALWAYS, checkHeader, checkTransactionHeader, type Validity } from './header.js';
import { checkManifest, type Yields } from './manifest.js';
import { checkMessage } from './message.js';
import { checkReferences, checkTotalReferences } from './references.js';
import { checkStructure, checkYields } from './structure.js';
import type { IntentTree } from './tree.js';

/** What is known of a tree of intents that keeps all rules but those of signatures. */
export interface CheckedIntents {
  readonly validity: Validity;
  readonly root: Yields;
}

/**
 * Everything about a tree of intents but its signatures (docs/protocol.md §5.2): relationships, then every intent by
 * itself in payload order, then what spans them all. `network` undefined means that of the root.
 */
export function checkIntents(tree: IntentTree, network: number | undefined): CheckedIntents {
  const parents = checkStructure(tree);
  const wanted = network ?? tree.root.header.value.networkId;
  const isTransaction = tree.transactionHeader !== undefined;
  let validity = ALWAYS;

  const check = (core: IntentCore, isSubintent: boolean, location: Location): Yields => {
    try {
      if (tree.transactionHeader !== undefined && !isSubintent) checkTransactionHeader(tree.transactionHeader);
      validity = checkHeader(core.header.value, wanted, validity);
      checkMessage(core.message.value);
      checkReferences(core);
      return checkManifest(core, isSubintent);
    } catch (error) {
      throw located(error, location);
    }
  };

  const root = check(tree.root, !isTransaction, tree.rootLocation);
  const cores = tree.subintents.map((subintent) => subintent.value.intentCore);
  const yields = cores.map((core, i) => check(core, true, `NonRootSubintent(${i})`));
  checkTotalReferences([tree.root, ...cores]);
  checkYields(parents, root, yields);
  return { validity, root };
}
