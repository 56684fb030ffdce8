import { parseUrl } from "../vercel/url";
import type { Description } from "./describeValue";
import { normaliseOrigin } from "./identity";
import { quote } from "../text/quoting";

/** What is wrong with a text that is no origin, and how to write the origin that is probably meant. */
export function originProblem(text: string): Description {
    if (text === "" || text === "*") {
        const got = text === "" ? "an empty text" : quote(text);
        return { got, fix: "leave origin out for a certificate of the whole project" };
    }
    if (text.includes("@")) {
        return { got: quote(withoutCredentials(text)), fix: "leave user and password out" };
    }
    const shown = quote(text.replace(/[?#].*$/s, "…"));
    const trimmed = text.trim();
    if (trimmed !== text && normaliseOrigin(trimmed) !== undefined) {
        return { got: `${shown}, with blanks or line breaks around it`, fix: write(trimmed) };
    }
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
        const meant = normaliseOrigin(`https://${text.replace(/^https?:?\/*/i, "")}`);
        return { got: `${shown}, without https://`, ...(meant === undefined ? {} : { fix: write(meant) }) };
    }
    if (/:\/\/[^/?#]*:\/\//.test(text)) {
        return { got: shown, fix: "give one origin, with https:// once" };
    }
    const url = parseUrl(text);
    if (url !== undefined && url.protocol !== "https:") {
        const meant = normaliseOrigin(`https://${url.hostname}`);
        const got = `${shown}; a client certificate is presented in TLS only`;
        return { got, fix: meant === undefined ? "begin it with https://" : write(meant) };
    }
    const meant = url === undefined ? undefined : normaliseOrigin(url.origin);
    return { got: shown, ...(meant === undefined ? {} : { fix: `leave path and query out: ${write(meant)}` }) };
}

function write(origin: string): string {
    return `write ${quote(origin)}`;
}

/** What stands before an @ may be a password, also where slashes are missing or lines broken; so only the scheme stays. */
function withoutCredentials(text: string): string {
    const [scheme = ""] = /^https?:\/{0,2}/i.exec(text) ?? [];
    return `${scheme}…@…`;
}
