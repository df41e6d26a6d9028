import { type RawBuilder, sql } from 'kysely';

/** Numbers for `in`, any many of them: as one parameter, so that the statement is the same for all. */
export function among(numbers: readonly number[]): RawBuilder<number> {
  return sql`(select value from json_each(${JSON.stringify(numbers)}))`;
}

/** Rows by the bundle whose they are, each bundle's in the order in which they were read. */
export function byBundle<Row extends { readonly received: number }>(rows: readonly Row[]): ReadonlyMap<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.received);
    if (group === undefined) groups.set(row.received, [row]);
    else group.push(row);
  }
  return groups;
}
