import { Counter, Gauge, type Registry } from 'prom-client';
import { type AttemptState, type BundleOutcome, endsAsItComes, type OpenAttemptState } from '../event.js';
import type { Handlers } from '../handlers.js';
import { PREFIX } from './names.js';

const OUTCOMES: Readonly<Record<BundleOutcome, true>> = {
  settled: true,
  lost: true,
  failed: true,
  rejected: true,
  expired: true,
  declined: true,
  unmatched: true,
  invalid: true,
  duplicate: true,
  'would-settle': true,
};

const OPEN: Readonly<Record<OpenAttemptState, true>> = {
  planned: true,
  submitted: true,
  accepted: true,
  refused: true,
  'temporarily-rejected': true,
};

/** What comes, and what becomes of it. `bundles_received_total` is the sum of `bundles_total` and `bundles_open`. */
export function bundleMetrics(registry: Registry): Handlers {
  const registers = [registry];
  const frames = new Counter({
    ...{ name: `${PREFIX}frames_total`, help: 'Messages pushed by a stream.', labelNames: ['url'], registers },
  });
  const frameBytes = new Counter({ name: `${PREFIX}frame_bytes_total`, help: 'Their bytes.', registers });
  const noBundle = new Counter({
    ...{ name: `${PREFIX}no_bundle_frames_total`, help: 'Messages that hold no bundle, by what is wrong.' },
    ...{ labelNames: ['code'], registers },
  });
  const received = new Counter({
    ...{ name: `${PREFIX}bundles_received_total`, help: 'Bundles that came, and those the last run left open.' },
    registers,
  });
  const ended = new Counter({
    ...{ name: `${PREFIX}bundles_total`, help: 'Bundles that ended, by outcome.', labelNames: ['outcome'], registers },
  });
  const reasons = new Counter({
    ...{ name: `${PREFIX}bundle_reasons_total`, help: 'Bundles that ended, by outcome and reason.' },
    ...{ labelNames: ['outcome', 'reason'], registers },
  });
  const open = new Gauge({ name: `${PREFIX}bundles_open`, help: 'Bundles that have not ended.', registers });
  for (const outcome of Object.keys(OUTCOMES)) ended.inc({ outcome }, 0);
  return {
    frame({ url, bytes }) {
      frames.inc({ url });
      frameBytes.inc(bytes);
    },
    'no-bundle': ({ code }) => noBundle.inc({ code }),
    recovery({ bundles }) {
      received.inc(bundles);
      open.inc(bundles);
    },
    'bundle-received'() {
      received.inc();
      open.inc();
    },
    'bundle-finished'({ outcome, reason }) {
      ended.inc({ outcome });
      if (endsAsItComes(outcome)) received.inc();
      else open.dec();
      if (reason !== undefined) reasons.inc({ outcome, reason });
    },
  };
}

/** Attempts by where they stand, and by how they ended. */
export function attemptMetrics(registry: Registry): Handlers {
  const registers = [registry];
  const labelNames = ['state'];
  const open = new Gauge({
    ...{ name: `${PREFIX}attempts_open`, help: 'Attempts whose end is not known, by state.', labelNames, registers },
  });
  const ended = new Counter({
    ...{ name: `${PREFIX}attempts_total`, help: 'Attempts that ended, by how.', labelNames, registers },
  });
  const submissions = new Counter({
    ...{ name: `${PREFIX}submissions_total`, help: 'Submissions to a Gateway, by what became of them.' },
    ...{ labelNames: ['endpoint', 'verdict'], registers },
  });
  for (const state of Object.keys(OPEN)) open.set({ state }, 0);
  const states = new Map<string, OpenAttemptState>();
  const move = (txid: string, state: AttemptState): void => {
    const before = states.get(txid);
    if (before !== undefined) open.dec({ state: before });
    if (isOpen(state)) {
      open.inc({ state });
      states.set(txid, state);
    } else {
      ended.inc({ state });
      states.delete(txid);
    }
  };
  return {
    recovery({ attempts }) {
      for (const { txid, state } of attempts) move(txid, state);
    },
    'attempt-journaled': ({ txid }) => move(txid, 'planned'),
    'submission-started': ({ txid }) => move(txid, 'submitted'),
    'submission-result': ({ endpoint, verdict }) => submissions.inc({ endpoint, verdict }),
    'attempt-state': ({ txid, state }) => move(txid, state),
    'attempt-committed': ({ txid, success }) => move(txid, success ? 'committed-success' : 'committed-failure'),
  };
}

function isOpen(state: AttemptState): state is OpenAttemptState {
  return Object.hasOwn(OPEN, state);
}
