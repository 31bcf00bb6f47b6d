// In place of accounts.js where the file has no account.

/** There are none. */
export class Accounts {}
