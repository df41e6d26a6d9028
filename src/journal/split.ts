export { splitExactly } from '../base/split.js';
