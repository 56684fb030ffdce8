/** Of numbers above 0, each in 16 to 32 bytes: a `Set` takes five times as much. */
export class NumberSet {
    #slots = new Float64Array(64);
    #size = 0;

    has(number: number): boolean {
        return number > 0 && this.#slots[this.#slotOf(number)] === number;
    }

    add(number: number): void {
        if (number === 0 || this.has(number)) {
            return;
        }
        if (this.#size * 2 >= this.#slots.length) {
            const numbers = this.#slots.filter((one) => one > 0);
            this.#slots = new Float64Array(this.#slots.length * 2);
            numbers.forEach((one) => (this.#slots[this.#slotOf(one)] = one));
        }
        this.#slots[this.#slotOf(number)] = number;
        this.#size += 1;
    }

    /** Where the number is, or would be put. */
    #slotOf(number: number): number {
        let slot = number % this.#slots.length;
        while (this.#slots[slot] !== 0 && this.#slots[slot] !== number) {
            slot = (slot + 1) % this.#slots.length;
        }
        return slot;
    }
}
