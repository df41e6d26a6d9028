import type { Bytes } from '../../base/bytes.js';
import { CliError, EXIT } from '../error.js';

/** An independent decode of a payload; null where the toolkit cannot read it. */
export type ToolkitDecode = (bytes: Bytes, network: number) => Promise<string | null>;

/** Loads the toolkit, which takes 0.2 s and 50 MB: so only on demand. It reads any Manifest SBOR, but knows no V2. */
export async function loadToolkit(): Promise<ToolkitDecode> {
  const { RadixEngineToolkit, ManifestSborStringRepresentation } = await importToolkit();
  return async (bytes, network) => {
    try {
      return await RadixEngineToolkit.ManifestSbor.decodeToString(
        bytes,
        network,
        ManifestSborStringRepresentation.ManifestString,
      );
    } catch {
      // Its message repeats the whole payload, and says no more than that it could not be decoded.
      return null;
    }
  };
}

async function importToolkit(): Promise<typeof import('@radixdlt/radix-engine-toolkit')> {
  try {
    return await import('@radixdlt/radix-engine-toolkit');
  } catch (cause) {
    throw new CliError(EXIT.failure, 'no-toolkit', 'the package @radixdlt/radix-engine-toolkit cannot be loaded', {
      cause,
    });
  }
}
