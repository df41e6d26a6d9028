import { keep } from '../../sbor/codec.js';
import { instructions } from '../../transaction/instruction.js';
import { formatManifest } from '../../transaction/manifest/format.js';
import { parseManifest } from '../../transaction/manifest/parse.js';
import type { IntentCore } from '../../transaction/model.js';

/** An instruction that two manifests do not have alike, as text; empty where one of them has none there. */
export interface ManifestDifference {
  readonly index: number;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * Where the manifest of an order and a text that should say the same differ, instruction by instruction. Names of buckets
 * and white space make no difference, anything else does. Error: `bad-manifest`, of a text that is no manifest.
 */
export function compareManifests(core: IntentCore, text: string): readonly ManifestDifference[] {
  const theirList = parseManifest(text, core.header.value.networkId);
  const ours = instructionTexts(core);
  const theirs = instructionTexts({ ...core, instructions: keep(instructions, theirList) });
  const differences: ManifestDifference[] = [];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const [our = '', their = ''] = [ours[index], theirs[index]];
    if (our !== their) differences.push({ index, ours: our, theirs: their });
  }
  return differences;
}

/** A line ends in `;` only where an instruction does: line ends in strings are escaped. */
function instructionTexts(core: IntentCore): string[] {
  return formatManifest(core)
    .split(/(?<=;\n)/)
    .map((each) => each.trimEnd());
}
