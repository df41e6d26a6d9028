/**
 * The rooms of src/ in the order in which they may be built on: a file imports only from its own room or from an
 * earlier one (docs/architecture.md). Run through scripts/rooms.mjs.
 */
const ROOMS = [
  'base',
  'sbor',
  'transaction',
  'anthic',
  'settlement',
  'observe',
  'journal',
  'ledger',
  'solver',
  'study',
  'maker',
  'sandbox',
  'cli',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or want a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import between files of src/ must lead somewhere.',
      severity: 'error',
      from: {},
      to: { path: '^\\.', couldNotResolve: true },
    },
    {
      name: 'known-room',
      comment: 'Every file belongs to a room of the list; only main.ts stands outside.',
      severity: 'error',
      from: { pathNot: `^src/((${ROOMS.join('|')})/|main\\.js$)` },
      to: {},
    },
    ...ROOMS.slice(0, -1).map((room, index) => ({
      name: `${room}-imports-upwards`,
      comment: `${room}/ may import from: ${ROOMS.slice(0, index + 1).join(', ')}.`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^src/((${ROOMS.slice(index + 1).join('|')})/|main\\.js$)` },
    })),
  ],
  options: { doNotFollow: { path: 'node_modules' } },
};
