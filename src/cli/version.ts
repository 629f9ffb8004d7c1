export { version } from '../records/receipts/versions.js';
