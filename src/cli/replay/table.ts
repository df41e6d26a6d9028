import type { Writable } from 'node:stream';
import { type Attos, formatAmount } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Settlement } from '../../settlement/settle.js';
import type { ReadOrder } from '../../solver/openFrame.js';
import type { FrameOutcome, Processed } from '../../solver/processFrame.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import { printLine } from '../output.js';
import { shorten } from '../table.js';
import type { Replayed } from './replayed.js';

/** Column widths are fixed, so that a recording of any length is printed as it is read. */
const WIDTHS = { line: 26, outcome: 13, reward: 8, fee: 16, profit: 16, time: 11 };

/** The table of `replay`: a row a bundle, with its orders below, then totals. */
export class ReplayTable {
  private started = false;
  private lines = 0;
  private readonly outcomes = new Map<FrameOutcome | 'no bundle', number>();
  private reward = 0n;
  private fee = 0n;
  private profit = 0n;
  private estimated = false;
  private readonly merged = new MergedRoots();

  constructor(private readonly out: Writable) {}

  async add(replayed: Replayed): Promise<void> {
    if (!this.started) await this.start();
    const { processed, network } = replayed;
    this.count(replayed);
    await printLine(this.out, row(replayed) + this.merged.mark(processed));
    for (const order of processed.orders) await printLine(this.out, `    ${describeOrder(order, network!)}`);
    if ('quote' in processed) {
      for (const { resource, amount } of processed.quote?.surplus ?? []) {
        await printLine(this.out, `    keeps ${formatAmount(amount)} ${nameOf(resource, network!)}`);
      }
    }
    if ('reason' in processed) {
      await printLine(this.out, `    ${processed.reason.code}: ${processed.reason.message}`);
    }
  }

  private count({ processed }: Replayed): void {
    const outcome = processed.isBundle ? processed.outcome : 'no bundle';
    this.lines++;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (processed.outcome !== 'would-settle') return;
    const { quote } = processed;
    this.reward += quote.reward;
    this.fee += quote.networkFee;
    this.profit += quote.profit;
    this.estimated ||= !quote.feeKnown;
  }

  private async start(): Promise<void> {
    this.started = true;
    const heading = cells('bundle', 'outcome', 'reward', 'network fee', 'profit', 'time');
    await printLine(this.out, `\n${heading}\n${'-'.repeat(heading.length)}`);
  }

  async finish(): Promise<void> {
    const counts = [...this.outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
    const text = [
      '',
      `${this.lines} lines: ${counts || 'nothing to read'}`,
      `would settle: reward ${formatAmount(this.reward)}, network fee ${formatAmount(this.fee)}, profit ${formatAmount(this.profit)} XRD`,
    ];
    if (this.merged.roots > 0) text.push(`${this.merged.bundles} bundles share ${this.merged.roots} transactions`);
    if (this.estimated) text.push('~ a fee that is an estimate: a fact or the cost of a call is not known');
    await printLine(this.out, text.join('\n'));
  }
}

/** Numbers the settlements of several bundles, in the order in which they appear. */
class MergedRoots {
  roots = 0;
  bundles = 0;
  /** Those of which bundles are still to come: they stand close to each other. */
  private readonly open = new Map<Settlement, { readonly number: number; left: number }>();

  /** Says which of them a line shares; nothing where it has a transaction of its own. */
  mark(processed: Processed): string {
    if (processed.outcome !== 'would-settle' || processed.bundles === 1) return '';
    const { settlement, bundles } = processed;
    let root = this.open.get(settlement);
    if (root === undefined) {
      root = { number: ++this.roots, left: bundles };
      this.open.set(settlement, root);
    }
    this.bundles++;
    if (--root.left === 0) this.open.delete(settlement);
    return `  (one of ${bundles} in transaction #${root.number})`;
  }
}

function row({ file, line, processed, micros }: Replayed): string {
  const quote = 'quote' in processed ? processed.quote : undefined;
  const name = `${file.split('/').at(-1)}:${line}`;
  const about = quote !== undefined && !quote.feeKnown ? '~' : '';
  const flags = quote?.assumed ? '  (assumed)' : '';
  return (
    cells(
      shorten(name, 15, 9),
      processed.outcome,
      quote ? formatAmount(quote.reward) : '',
      quote ? about + inBrief(quote.networkFee) : '',
      quote ? about + inBrief(quote.profit) : '',
      `${micros.toFixed(0)} µs`,
    ) + flags
  );
}

/** Fees have no more than 11 decimals; of a share of one the rest is for `--json`. */
function inBrief(amount: Attos): string {
  return formatAmount(amount).replace(/(\.\d{11})\d+$/, '$1');
}

function cells(line: string, outcome: string, reward: string, fee: string, profit: string, time: string): string {
  return [
    line.padEnd(WIDTHS.line),
    outcome.padEnd(WIDTHS.outcome),
    reward.padStart(WIDTHS.reward),
    fee.padStart(WIDTHS.fee),
    profit.padStart(WIDTHS.profit),
    time.padStart(WIDTHS.time),
  ].join(' ');
}

function describeOrder({ item, ownerUnproven }: ReadOrder, network: number): string {
  const { account, sell, buy, fees } = item.limitOrder;
  const fee = fees.reduce((sum: Attos, each) => sum + each, 0n);
  const parts = [
    `${shorten(formatAddress(account, network))} sells ${formatAmount(sell.amount)} ${nameOf(sell.resource, network)}`,
    `for ${buy.exact ? 'exactly' : 'at least'} ${formatAmount(buy.amount)} ${nameOf(buy.resource, network)}`,
  ];
  if (fee > 0n) parts.push(`(fees ${formatAmount(fee)})`);
  if (ownerUnproven) parts.push('(owner unproven)');
  return parts.join(' ');
}

function nameOf(resource: NodeId, network: number): string {
  return resource === XRD ? 'XRD' : shorten(formatAddress(resource, network));
}
