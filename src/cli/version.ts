export { version } from '../pipelines/receipt/versions.js';
