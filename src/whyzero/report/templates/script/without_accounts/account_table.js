// In place of account_table.js where the file has no accounts.

/** There are none. */
export class AccountTable {}
