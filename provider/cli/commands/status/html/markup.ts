export type Insertable = string | number | Markup | readonly Markup[];

/** Text that is markup already. Only this class makes it, so that nothing gets into a page unescaped. */
export class Markup {
    private constructor(readonly text: string) {}

    /** Markup with everything escaped that is put into it, as content of elements and as quoted values of attributes. */
    static of(template: TemplateStringsArray, values: readonly Insertable[]): Markup {
        return new Markup(template.map((part, index) => part + markupOf(values[index] ?? "")).join(""));
    }

    /** For text of this package's own that must stand in a page as it is. */
    static trusted(text: string): Markup {
        return new Markup(text);
    }
}

/** Not called `html`: by that name prettier takes a template for a document and moves its blanks. */
export function markup(template: TemplateStringsArray, ...values: readonly Insertable[]): Markup {
    return Markup.of(template, values);
}

function markupOf(value: Insertable): string {
    if (value instanceof Markup) {
        return value.text;
    }
    return Array.isArray(value) ? value.map(({ text }: Markup) => text).join("") : escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
};

function escaped(text: string): string {
    return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
