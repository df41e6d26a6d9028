/**
 * What Anthic's documentation does not show, and what is taken to be so instead: every such thing stands here, and nowhere
 * else. `docs/anthic-assumptions.md` is made from this table (scripts/assumptions.ts).
 */

/** Names and shapes that configuration can change where the real Anthic turns out to use others. */
export interface AssumedShapes {
  /** Parameters of `platform.fills.fill`: whose order it fills, and the signed partial transaction as hex. */
  readonly fillOrderId: string;
  readonly fillTransaction: string;
  /** `platform.fill_execution.start_stream`: the prose shows an object, the example a bare number. */
  readonly startingPoint: 'object' | 'number';
  /** The call that a peer answers to show that it is alive. */
  readonly pingMethod: string;
  /** What declines an order; the documentation says that one may, not how. Empty: silence declines it. */
  readonly rejectMethod: string;
}

export const ASSUMED_SHAPES: AssumedShapes = {
  fillOrderId: 'order_id',
  fillTransaction: 'signed_partial_transaction',
  startingPoint: 'object',
  pingMethod: 'ping',
  rejectMethod: '',
};

export interface Assumption {
  /** What is assumed, in a few words; no two rows have the same. */
  readonly name: string;
  /** Method, path or rule. */
  readonly subject: string;
  /** As it is sent, accepted or calculated. */
  readonly shape: string;
  readonly why: string;
  /** Where it is from, when anything public suggests it: BOOK (docs.anthic.io), RUST (InfluxionLabs/anthic-sdk). */
  readonly source?: string;
  /** What changes it: settings of `anthic-solver maker --config`. */
  readonly settings?: readonly `shapes.${keyof AssumedShapes}`[];
}

/** By API. What BOOK shows is no assumption and stands in docs/interfaces.md §4. */
export const ASSUMPTIONS = {
  'Trade API': [
    {
      name: 'Errors of REST',
      subject: 'every path',
      shape: 'status 4xx or 5xx with `{ "success": false, "error": { "code", "message" } }`',
      why: 'no failure is shown anywhere; `success` mirrors the shown success. Another body is reported as `bad-answer` with its status',
    },
    {
      name: 'Error codes of REST',
      subject: 'every path',
      shape:
        '`bad-request` 400, `unauthorized` 401, `not-found` 404, `too-large` 413, `order-invalid`, `order-expired` and `no-liquidity` 422, `internal` 500, `unavailable` 503',
      why: 'no code is shown; the client goes by the status and only repeats the code',
    },
    {
      name: 'Orders are idempotent',
      subject: 'POST /trade/orders',
      shape: 'the same signed order again: the same answer, and nothing done twice',
      why: 'a subintent can settle once only, so its id is what an order is; the client repeats it when an answer is missing',
    },
    {
      name: 'Order status',
      subject: 'POST /trade/orders',
      shape: "no method tells it: an order is followed by the Gateway's `subintent-status` until its expiry has passed",
      why: 'BOOK names none; it has the wallet and the expiry tell',
      source: 'BOOK, DEX integration: tracking',
    },
    {
      name: 'Order path',
      subject: 'POST /trade/orders',
      shape: '`/trade/orders`, not `/orders`',
      why: 'BOOK has both; the table of methods and the concepts agree on this one',
      source: 'BOOK',
    },
    {
      name: 'Order book query',
      subject: 'GET /trade/order_book',
      shape: '`?base=…&quote=…`; levels best price first, prices sorted, all of them in one answer',
      why: 'the printed query is damaged by HTML; the sorting is prose; a book out of order is refused',
      source: 'BOOK',
    },
    {
      name: 'Divisibility of tokens',
      subject: 'GET /trade/tokens',
      shape: '`tokens[] { resource_address, symbol }`; the divisibility is read from the Gateway',
      why: 'BOOK promises "associated info" and shows none; RUST has these two fields',
      source: 'RUST, anthic-trade-api-client',
    },
    {
      name: 'Network, pairs, accounts',
      subject: 'GET /network/status, /trade/token_pairs, /trade/accounts',
      shape:
        '`cur_epoch`; `token_pairs[] { base, quote }`; `accounts[] { address, balances[] { symbol, amount } }`, `balance` being taken for `amount`',
      why: 'BOOK shows no answer of these; RUST has them, an earlier revision with `balance`',
      source: 'RUST, anthic-trade-api-client',
    },
    {
      name: 'Instamint',
      subject: 'GET /instamint/*',
      shape:
        'the answers of RUST; `/instamint/account`, or where that is not found the `accounts[]` of `/instamint/accounts`',
      why: 'BOOK names two paths and shows no answer; RUST calls six',
      source: 'RUST, anthic-trade-api-client',
    },
    {
      name: 'Indentation of manifests',
      subject: 'POST /construction/compose',
      shape: 'manifest text indented by four spaces a level; white space and names of buckets make no difference',
      why: "BOOK's page has lost the indentation of all that it prints; the ledger's own notation has this",
      source: 'BOOK, DEX integration: compose',
    },
    {
      name: 'Parsing',
      subject: 'POST /construction/parse',
      shape:
        '`{ "manifest" }` or `{ "signed_partial_transaction" }` → `{ "type": "LimitOrder", "account", "sell", "buy", "fee" }` as `/construction/compose` takes them',
      why: 'BOOK says "parse a subintent manifest into a limit order": the way back of compose',
      source: 'BOOK, table of methods',
    },
    {
      name: 'Creating a subintent',
      subject: 'POST /construction/create_subintent',
      shape:
        '`{ "manifest", "expire_after_secs", "nonce"? }` → `{ "subintent", "subintent_hash", "subintent_id" }`; the first is the payload with its discriminator, as hex',
      why: 'BOOK has one line; these are what a subintent is made of and what signing it takes',
      source: 'BOOK, table of methods',
    },
    {
      name: 'Signing',
      subject: 'POST /construction/sign',
      shape:
        '`{ "subintent", "signatures": [{ "curve", "public_key"?, "signature" }] }` → `{ "signed_partial_transaction" }`; Ed25519 with its key, Secp256k1 recovery id first and without',
      why: 'BOOK says "given a subintent and signature"; several are allowed for, and no key leaves its owner',
      source: 'BOOK, table of methods',
    },
    {
      name: 'Account levels',
      subject: 'GET /trade/account_addresses/:address',
      shape: '`level` is an index from 0 into `per_level_anthic_fee`; one beyond it is refused',
      why: 'the example of BOOK takes the second row for level 1',
      source: 'BOOK, DEX integration: fees; RUST',
    },
    {
      name: 'Rounding of the settlement fee',
      subject: 'GET /trade/info',
      shape: '`solver_amount + transaction_execution_amount`, rounded up to the divisibility of the sold token',
      why: 'the ledger refuses more digits; up is what cannot be too little. A shown order pays `solver_amount` alone: the sum is not demanded when orders are read',
      source: 'BOOK, concepts: fees',
    },
    {
      name: 'Fee token',
      subject: 'limit orders',
      shape: 'both fees are paid in the sold token',
      why: 'the concepts say so, and both shown orders do; the walk-through says "fee payment asset"',
      source: 'BOOK, concepts: fees',
    },
    {
      name: 'Shortest expiry',
      subject: 'limit orders',
      shape: "15 to 60 s after Anthic received the order, by the ledger's time",
      why: 'a comment of RUST says 10 s; the longer one satisfies both',
      source: 'BOOK, concepts: limit orders; RUST',
    },
  ],
  'Flash Liquidity': [
    {
      name: 'Framing',
      subject: 'every message',
      shape:
        'calls with `"jsonrpc": "2.0"` and a numeric `id`; both are optional on what comes in; whatever has an `id` other than null is answered',
      why: 'the examples leave both out, the introduction says JSON-RPC 2.0',
      source: 'BOOK, Flash Liquidity: introduction',
    },
    {
      name: 'Errors of JSON-RPC',
      subject: 'every call',
      shape:
        '-32700 parse, -32600 request, -32601 method, -32602 parameters, -32603 internal; -32001 unauthorized, -32010 unknown order, -32011 fill too late, -32012 fill invalid, -32013 already filled, -32029 too many requests, -32050 the ledger cannot be asked; `data { "code", "path"? }`. A fill is sent again after -32603, -32029 and -32050',
      why: 'no failure is shown; the first five are JSON-RPC 2.0, the others stand in the range left to servers',
    },
    {
      name: 'A missing key',
      subject: 'the upgrade',
      shape: 'HTTP 401',
      why: 'BOOK says that the header is needed, not what happens without it',
    },
    {
      name: 'Price books',
      subject: 'platform.price_books.on_change',
      shape: 'one pair a message; both sides empty: the pair is traded no more. No form with several pairs',
      why: 'this form is shown; "pairs" in the prose may mean several, whose form is nowhere',
      source: 'BOOK, market maker integration',
    },
    {
      name: 'Start of new orders',
      subject: 'platform.new_orders.start_stream',
      shape: 'parameters `{}`, result `{}`; no filter',
      why: 'the call is shown, its result and the filter it may have are not',
      source: 'BOOK, market maker integration',
    },
    {
      name: 'New orders by another name',
      subject: 'platform.new_orders.new',
      shape: '`maker.new_orders.new` is taken too',
      why: 'a prefix is said to show the direction, and the shown name has the other one',
      source: 'BOOK, Flash Liquidity: introduction',
    },
    {
      name: 'Several makers for one taker',
      subject: 'platform.new_orders.new',
      shape: 'each maker gets an order id of its own, with its part of the amounts as `limit_order`',
      why: 'one order may need several levels of the book; a fill is a whole subintent with its own amounts',
    },
    {
      name: 'Filling',
      subject: 'platform.fills.fill',
      shape: 'parameters `{ "order_id", "signed_partial_transaction" }`, result `{ "accepted": true, "subintent_id" }`',
      why: 'neither is shown; the names are those that other messages have for the same things',
      settings: ['shapes.fillOrderId', 'shapes.fillTransaction'],
    },
    {
      name: 'A fill sent twice',
      subject: 'platform.fills.fill',
      shape: 'the same bytes again fill once; -32013 to a copy of which an earlier answer is missing means accepted',
      why: 'an answer may be lost; the order id is of one maker, so that nobody else can have filled it',
    },
    {
      name: 'Declining',
      subject: 'new orders',
      shape: 'silence declines an order; with a method named, a notification of it with the order id',
      why: '"filled or rejected by you", and no method is named',
      source: 'BOOK, Flash Liquidity: new orders',
      settings: ['shapes.rejectMethod'],
    },
    {
      name: 'Where a history starts',
      subject: 'platform.fill_execution.start_stream',
      shape:
        '`historical_starting_point: { "at_sequence_number": N }`; the bare number where the object is refused; absent: from now on. Result `{}`',
      why: 'the prose has the object, the example the number',
      source: 'BOOK, market maker integration',
      settings: ['shapes.startingPoint'],
    },
    {
      name: 'The end of a history',
      subject: 'platform.fill_execution.start_stream',
      shape: 'what is past is told before a later call, the ping, is answered; nothing else marks its end',
      why: 'messages of one connection keep their order; a maker quotes when it knows what became of its fills',
    },
    {
      name: 'Sequence numbers',
      subject: 'maker.fill_execution.next',
      shape: 'from 1, by 1, for each account of a maker',
      why: '"strictly-incrementing-by-1"; where they begin is not said',
      source: 'BOOK, Flash Liquidity: fill execution',
    },
    {
      name: 'A fill was started',
      subject: 'maker.fill_execution.next',
      shape: '`change: { "started": { "subintent_id" } }`',
      why: '`change.started` is named, its body is not shown',
      source: 'BOOK, market maker integration',
    },
    {
      name: 'Other ends of a fill',
      subject: 'maker.fill_execution.next',
      shape: '`outcome`: beside the shown `Settled` also `Expired`, `Rejected`, `Failed`; any other ends the fill too',
      why: 'an order may end without settling, and only `Settled` is shown',
    },
    {
      name: 'Ping',
      subject: 'ping',
      shape:
        'a call of either side, parameters `{}`, result `{}`; pings of the websocket itself are answered in any case',
      why: 'a ping channel is named, nothing of it is shown',
      source: 'BOOK, Flash Liquidity: API scope',
      settings: ['shapes.pingMethod'],
    },
    {
      name: 'Size of messages',
      subject: 'the connection',
      shape: 'above 1 MiB it is closed with 1009',
      why: 'no limit is named; the largest fill is far below',
    },
  ],
  'Solver API': [
    {
      name: 'Outer form of items',
      subject: 'new_subintent_bundle',
      shape: 'the plain tuple `4d2103…` that is shown, or the official raw form `4d220e…`',
      why: "RUST's encoding would give the second",
      source: 'BOOK, solver integration; RUST',
    },
    {
      name: 'Items of a bundle',
      subject: 'new_subintent_bundle',
      shape: 'one or more, each a wrapper with one order',
      why: 'two are shown, no number is stated',
      source: 'BOOK, solver integration',
    },
    {
      name: 'No replay',
      subject: 'the connection',
      shape: 'what was pushed while there was no connection does not come again; the same bundle may come twice',
      why: 'there is no id, no time and no acknowledgement',
    },
  ],
  'What only the local Anthic decides': [
    {
      name: 'Too many requests',
      subject: 'Trade API, Flash Liquidity',
      shape:
        '`too-many-requests`: status 429, or -32029; the ledger that cannot be asked is `unavailable`: status 503, or -32050',
      why: 'no limit and no failure is shown; both may be tried again as they are',
    },
    {
      name: 'Who is in the book',
      subject: 'GET /trade/order_book',
      shape:
        'makers with a session that started new orders; the books of one whose last session ends are gone. What a maker was asked for is not offered again until it has settled or, once filled, until its next book',
      why: 'nobody could hear of an order on any other price',
    },
    {
      name: 'Matching',
      subject: 'POST /trade/orders',
      shape:
        "best price first, all or nothing; each maker's part rounded so that it is never asked for more than its own book gives; what a taker gives beyond the book is shared in proportion",
      why: 'BOOK says "the best advertised price"; a subintent cannot be filled in part',
      source: 'BOOK, introduction',
    },
    {
      name: 'Makers that do not fill',
      subject: 'platform.new_orders.new',
      shape:
        'after `fill_before`, or when its last session ends, their parts go to others as long as time allows; fills that were accepted and are not used complete as `Rejected`',
      why: 'a maker may decline by silence, and an order has 15 s and more',
    },
    {
      name: 'Whose fills',
      subject: 'platform.fills.fill',
      shape: 'sells at least what the taker buys, buys at most what it sells; the same fill again gets the same answer',
      why: 'a price that is better than asked harms nobody; an answer may have been lost',
    },
    {
      name: 'Balances',
      subject: 'POST /trade/orders, platform.fills.fill',
      shape: 'an order withdraws no more than its account holds, less what its other open orders withdraw',
      why: 'what cannot settle costs solvers for nothing; orders that call more than their account are taken at their word',
    },
  ],
} as const satisfies Record<string, readonly Assumption[]>;
