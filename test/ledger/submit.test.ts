import { describe, expect, it } from 'vitest';
import { type EndpointResult, type SubmitOptions, submitEverywhere, verdictOf } from '../../src/ledger/submit.js';
import { after, endpointOf, error, FakeGateway, HTML, type Scripted, surroundings } from './fakeGateway.js';

const SUBMIT = '/transaction/submit';
const BYTES = '4d220c02';
const OK: Scripted = { json: { duplicate: false } };
const refusal = (message: string): Scripted => error(400, { type: message }, message);

async function submit(
  scripts: (Parameters<FakeGateway['on']>[1] | undefined)[],
  options: Partial<SubmitOptions> = {},
  timeoutMs = 1_000,
) {
  const gateways = await Promise.all(scripts.map(() => FakeGateway.start()));
  scripts.forEach((script, index) => {
    if (script !== undefined) gateways[index]!.on(SUBMIT, script);
  });
  const endpoints = gateways.map((gateway) => endpointOf(gateway, { timeoutMs }));
  const retry = { baseMs: 10, capMs: 40 };
  const given = { deadline: performance.now() + 1_000, retry, ...options };
  const submission = submitEverywhere(endpoints, BYTES, given, surroundings());
  return { submission, gateways, endpoints };
}

describe('submitting', () => {
  it('goes to all at once; a bad Gateway delays no good one', async () => {
    const seen: EndpointResult[] = [];
    const onResult = (result: EndpointResult) => seen.push(result);
    const { submission, gateways, endpoints } = await submit([{ fault: 'stall' }, after(150, OK), OK], {
      ...{ deadline: performance.now() + 1_500, attemptTimeoutMs: 600, maxAttempts: 2, onResult },
    });
    expect(await submission.verdict).toEqual({ type: 'accepted-somewhere', endpoints: [endpoints[2]!.name] });
    expect(seen.map(({ endpoint }) => endpoint)).not.toContain(endpoints[0]!.name);
    await submission.results;
    expect(seen.map(({ endpoint }) => endpoint)).toEqual([2, 1, 0].map((index) => endpoints[index]!.name));
    expect(seen[2]).toMatchObject({ type: 'unknown', arrived: true, attempts: 2, error: { code: 'timeout' } });
    expect(gateways.every((gateway) => gateway.calls(SUBMIT).length > 0)).toBe(true);
  });

  it('T16, T43: retries with the same bytes, whatever went wrong', async () => {
    const faults: Scripted[] = [{ fault: 'reset' }, { fault: 'reset-mid-body' }, HTML, { status: 503, text: '' }];
    const sent: number[] = [];
    const { submission, gateways } = await submit([(_request, nth) => faults[nth - 1] ?? OK], {
      onSend: (_endpoint, attempt) => sent.push(attempt),
    });
    expect((await submission.results)[0]).toMatchObject({ type: 'accepted', attempts: 5, duplicate: false });
    expect(sent).toEqual([1, 2, 3, 4, 5]);
    const bodies = gateways[0]!.calls(SUBMIT).map(({ body }) => body.notarized_transaction_hex);
    expect(new Set(bodies)).toEqual(new Set([BYTES]));
  });

  it("an attempt takes no longer than the endpoint's other requests", async () => {
    const options = { deadline: performance.now() + 3_600_000, maxAttempts: 1 };
    const { submission } = await submit([{ fault: 'stall' }], options, 200);
    const [result] = await submission.results;
    expect(result).toMatchObject({ type: 'unknown', attempts: 1, error: { code: 'timeout' } });
    expect(result!.tookMs).toBeLessThan(3_000);
  });

  it('T16: a duplicate is as good as new', async () => {
    const { submission } = await submit([{ json: { duplicate: true } }]);
    expect(await submission.verdict).toMatchObject({ type: 'accepted-somewhere' });
  });

  it('T20: errors of the server are not retried without end', async () => {
    const { submission, gateways } = await submit([error(500, { type: 'InternalServerError' })], { maxAttempts: 3 });
    expect(await submission.verdict).toEqual({ type: 'unknown', arrived: true });
    expect(gateways[0]!.calls(SUBMIT)).toHaveLength(3);
  });

  it('T38: the time-out of the Gateway itself leaves it open whether the bytes arrived', async () => {
    const { submission } = await submit([{ status: 524, text: '' }], { maxAttempts: 1 });
    expect(await submission.verdict).toEqual({ type: 'unknown', arrived: true });
  });

  it('T53: refused everywhere, with a reason', async () => {
    const { submission, gateways } = await submit([refusal('Invalid: epoch is over'), refusal('Invalid: too late')]);
    const verdict = await submission.verdict;
    expect(verdict).toMatchObject({ type: 'refused-everywhere', permanent: true });
    expect(verdict).toHaveProperty('reason', expect.stringContaining('Invalid: epoch is over'));
    expect(gateways[0]!.calls(SUBMIT)).toHaveLength(1);
  });

  it('T18: a refusal is known by its status and message, not by its type', async () => {
    const { submission } = await submit([refusal('Transaction is not yet valid: valid from epoch 12, now it is 10')]);
    expect(await submission.verdict).toMatchObject({ type: 'refused-everywhere', permanent: false });
  });

  it('T19: refused at the second look, after an attempt of unknown fate: not refused for certain', async () => {
    const { submission } = await submit([(_request, nth) => (nth === 1 ? { fault: 'reset' } : refusal('rejected'))]);
    expect((await submission.results)[0]).toMatchObject({ type: 'refused', certain: false });
    expect(await submission.verdict).toEqual({ type: 'unknown', arrived: true });
  });

  it('a later attempt that certainly did not arrive takes nothing back', async () => {
    const script = (_request: unknown, nth: number): Scripted =>
      nth === 1 ? { fault: 'reset' } : { status: 429, text: '' };
    const { submission } = await submit([script], { maxAttempts: 2 });
    expect(await submission.verdict).toEqual({ type: 'unknown', arrived: true });
  });

  it('refused by the one, unreachable the other: nobody has it', async () => {
    const { submission, gateways, endpoints } = await submit([refusal('no'), after(1, OK)]);
    await submission.results;
    await gateways[1]!.close();
    const again = submitEverywhere(
      endpoints,
      BYTES,
      { deadline: performance.now() + 300, maxAttempts: 2, retry: { baseMs: 1, capMs: 1 } },
      surroundings(),
    );
    expect(await again.verdict).toMatchObject({ type: 'refused-everywhere' });
  });

  it('waits as long as a throttling Gateway asks, within the deadline, and not at all beyond it', async () => {
    const throttled = (seconds: string): Scripted => ({ status: 429, text: '', headers: { 'retry-after': seconds } });
    const { submission, gateways } = await submit([(_request, nth) => (nth === 1 ? throttled('1') : OK)], {
      deadline: performance.now() + 3_000,
    });
    expect(await submission.verdict).toMatchObject({ type: 'accepted-somewhere' });
    const [first, second] = gateways[0]!.calls(SUBMIT).map(({ at }) => at) as [number, number];
    expect(second - first).toBeGreaterThan(950);
    const other = await submit([throttled('60')]);
    expect(await other.submission.verdict).toEqual({ type: 'unknown', arrived: false });
    expect(other.gateways[0]!.calls(SUBMIT)).toHaveLength(1);
  });

  it('an own cool-down holds nothing back', async () => {
    const { endpoints, gateways } = await submit([OK]);
    endpoints[0]!.coolDown.failed({ code: 'server-error', retryAfterMs: undefined });
    const before = gateways[0]!.calls(SUBMIT).length;
    const { verdict } = submitEverywhere(endpoints, BYTES, { deadline: performance.now() + 500 }, surroundings());
    expect(await verdict).toMatchObject({ type: 'accepted-somewhere' });
    expect(gateways[0]!.calls(SUBMIT).length).toBeGreaterThan(before);
  });

  it('an abort ends it: what was under way may have arrived, what was not has not', async () => {
    const controller = new AbortController();
    const refused = { status: 429, text: '', headers: { 'retry-after': '0' } };
    const { submission, gateways } = await submit([{ fault: 'stall' }, refused], {
      signal: controller.signal,
      deadline: performance.now() + 50_000,
      retry: { baseMs: 40_000, capMs: 40_000 },
    });
    await expect.poll(() => gateways.every((gateway) => gateway.calls(SUBMIT).length > 0)).toBe(true);
    // The refusal has to be read, too.
    setTimeout(() => controller.abort(new Error('stop')), 300);
    expect(await submission.results).toMatchObject([
      { type: 'unknown', arrived: true },
      { type: 'unknown', arrived: false },
    ]);
    const late = await submit([OK], { signal: controller.signal });
    expect(await late.submission.results).toMatchObject([{ type: 'unknown', attempts: 0, arrived: false }]);
  });

  it('after the deadline nothing is sent', async () => {
    const { submission, gateways } = await submit([OK], { deadline: performance.now() - 1 });
    expect(await submission.verdict).toEqual({ type: 'unknown', arrived: false });
    expect(gateways[0]!.requests).toHaveLength(0);
  });
});

describe('the verdict over all results', () => {
  const facts = { endpoint: 'a', attempts: 1, tookMs: 1 };
  const accepted: EndpointResult = { ...facts, type: 'accepted', duplicate: false };
  const refused = (permanent: boolean, certain = true): EndpointResult => ({
    ...{ ...facts, type: 'refused', reason: 'r', permanent, certain },
  });
  const unknown = (arrived: boolean): EndpointResult => ({ ...facts, type: 'unknown', error: undefined, arrived });

  it.each<[string, EndpointResult[], object]>([
    ['none', [], { type: 'unknown', arrived: false }],
    ['accepted beats all', [refused(true), unknown(true), accepted], { type: 'accepted-somewhere' }],
    ['doubt beats refusals', [refused(true), unknown(true)], { type: 'unknown', arrived: true }],
    ['permanent only if all are', [refused(true), refused(false)], { type: 'refused-everywhere', permanent: false }],
    ['an uncertain refusal is doubt', [refused(true, false)], { type: 'unknown', arrived: true }],
    ['nobody reached', [unknown(false)], { type: 'unknown', arrived: false }],
  ])('%s', (_name, results, verdict) => {
    expect(verdictOf(results)).toMatchObject(verdict);
  });
});
