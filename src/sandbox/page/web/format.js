/** Amounts stay text: no figure of this page has been through a float. */

const DECIMALS = 18;

export function toAttos(text) {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const attos = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  return sign === '-' ? -attos : attos;
}

export function fromAttos(attos) {
  const digits = String(attos < 0n ? -attos : attos).padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${attos < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Undefined where nothing changed. */
export function change(before, after) {
  const by = toAttos(after) - toAttos(before);
  return by === 0n ? undefined : `${by > 0n ? '+' : ''}${fromAttos(by)}`;
}

export function quantity({ amount, symbol }) {
  return `${amount} ${symbol}`;
}

/** Long ids by their end, which differs; the whole is the cell's title. */
export function idCell(id) {
  return { text: id.length > 16 ? `…${id.slice(-10)}` : id, title: id, class: 'id' };
}

export function time(at) {
  return new Date(at).toLocaleTimeString([], { hour12: false });
}
