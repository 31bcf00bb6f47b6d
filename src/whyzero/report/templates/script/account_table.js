// Where the pulls went at another alpha than the explained one, as Python computed it, with the digits that are drawn.

const PLANES = 3, MANTISSAS = 900;

/** The accounts of all features (whyzero/report/packed_accounts.py). */
export class AccountTable {
  /** @param {Uint8Array} bytes for every feature and alpha: whether the pull has turned round, and the columns; then the planes */
  constructor({ size, places, power, alphas }, bytes) {
    const total = size * (places + 1) * alphas;
    Object.assign(this, { places, power, alphas, columns: bytes, codes: new Int32Array(total) });
    for (let k = 0; k < total; k += 1) {
      let folded = 0;
      for (let plane = 1; plane <= PLANES; plane += 1) folded = folded * 256 + bytes[plane * total + k];
      this.codes[k] = (k % alphas ? this.codes[k - 1] : 0) + (folded % 2 ? -(folded + 1) / 2 : folded / 2);
    }
  }

  /** The account of the pull on a feature that is known to be that large; its labels are features, or the intercept. */
  of({ index, values, waterfall }, { position }, pull) {
    if (pull === null) return null;
    const place = (k) => (index * (this.places + 1) + k) * this.alphas + position;
    const steps = [];
    for (let k = 0; k < this.places && this.columns[place(k + 1)]; k += 1)
      steps.push({ feature: this.columns[place(k + 1)] - 1, amount: this.amount(this.codes[place(k)]) });
    const final = (this.columns[place(0)] ? -1 : 1) * Math.abs(pull);
    return { start: values.get("null_pull"), steps, others: this.amount(this.codes[place(this.places)]), final, towards: waterfall.towards };
  }

  /** Three digits and a power of ten. */
  amount(code) {
    const counted = (code >> 1) - 1;
    return counted < 0 ? 0 : Number(`${code % 2 ? "-" : ""}${100 + (counted % MANTISSAS)}e${Math.floor(counted / MANTISSAS) + this.power}`);
  }
}
