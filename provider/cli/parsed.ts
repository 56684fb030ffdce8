/** The arguments of a command, read. */
export class Parsed {
    readonly operands: readonly string[];
    readonly #values: Readonly<Record<string, unknown>>;

    constructor(operands: readonly string[], values: Readonly<Record<string, unknown>>) {
        this.operands = operands;
        this.#values = values;
    }

    flag(name: string): boolean {
        return this.#values[name] === true;
    }

    value(name: string): string | undefined {
        const value = this.#values[name];
        return typeof value === "string" ? value : undefined;
    }

    /** The values of an option that its table calls repeatable, in their order. */
    values(name: string): readonly string[] {
        const values = this.#values[name];
        return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
    }

    /** The value of an option that its table calls required, which the parser made sure of. */
    required(name: string): string {
        return this.value(name) ?? "";
    }
}
