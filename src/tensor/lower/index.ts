export { UnsupportedError } from './rule.js';
export { type KernelName, rules } from './rules.js';
