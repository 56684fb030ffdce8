import type { Properties } from "../../provider/operations/arguments";

/** What a write has to say is in its outputs, for the program to say it on the resource. */
export function heardIn(outputs: Properties | undefined): readonly string[] {
    const { upload } = (outputs?.["findings"] ?? {}) as { readonly upload?: readonly { readonly message: string }[] };
    return (upload ?? []).map(({ message }) => message);
}
