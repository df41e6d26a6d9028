import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { folderOnDisk } from '../soak/disk.js';
import { warmUpOf } from '../soak/protocol.js';
import { soak } from '../soak/soak.js';
import { measure, percentiles, type Times } from './measure.js';

/** Enough for a p99, at the pace of the soak. */
const RUN = { part: 'rule', bundles: 2000, rate: 100 } as const;
/** About what the journal writes of an attempt. */
const APPEND = Buffer.alloc(8192);

/** From the frame to the first byte of its submission, in a solver of its own process, journal on a disk; microseconds. */
export async function frameToSubmitted(): Promise<Times> {
  const { log, problems } = await soak(RUN, () => {});
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return percentiles(log.frameToSubmission.slice(warmUpOf(RUN)).map((millis) => millis * 1000));
}

/** An append to a file on the same disk, and the wait for it to be there. */
export function appendAndSync(): Times {
  const folder = folderOnDisk();
  const file = openSync(join(folder, 'append'), 'a');
  try {
    return measure(
      () => {
        writeSync(file, APPEND);
        fdatasyncSync(file);
      },
      300,
      50,
    );
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
