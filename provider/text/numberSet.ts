/** Of numbers above 0, each in 11 to 22 bytes: a `Set` takes five times as much. */
export class NumberSet {
    /** Never a power of two, of which only the last digits of a number would choose the slot. */
    #slots = new Float64Array(63);
    #size = 0;

    has(number: number): boolean {
        return number > 0 && this.#slots[this.#slotOf(number)] === number;
    }

    add(number: number): void {
        if (number === 0 || this.has(number)) {
            return;
        }
        if (this.#size * 4 >= this.#slots.length * 3) {
            const earlier = this.#slots;
            this.#slots = new Float64Array(earlier.length * 2 + 1);
            earlier.forEach((one) => (this.#slots[this.#slotOf(one)] = one));
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
