import { isWholeSequence } from "./der";
import { finding, shown, type Finding, type MaterialArgument } from "./findings";
import { isPkcs12 } from "./pkcs12";
import { isBase64 } from "./repair";

/** What a block is that does not belong where it stands. */
export function describeForeignBlock(label: string, argument: MaterialArgument): Finding {
    const expected = argument === "key" ? "expected a private key" : "expected CERTIFICATE blocks";
    if (label.includes("CERTIFICATE REQUEST")) {
        return finding("signing-request", argument, `${expected}, got a certificate signing request`);
    }
    if (label === "PKCS7" || label === "CMS") {
        return finding("pkcs7", argument, `${expected}, got a PKCS #7 bundle`);
    }
    if (label.includes("PUBLIC KEY")) {
        return finding("public-key", argument, `${expected}, got a public key`);
    }
    if (argument === "key" && label.includes("CERTIFICATE")) {
        return finding("cert-key-swapped", argument, `${expected}, got a certificate`);
    }
    return finding("wrong-content", argument, `${expected}, got a block labelled ${shown(label)}`);
}

/** What a text is that has no PEM block at all. It is never repeated: it may be a secret. */
export function describeForeignText(text: string, argument: MaterialArgument): Finding {
    const expected = "expected PEM text (-----BEGIN …-----)";
    const dense = text.replace(/\s+/g, "");
    if (/^(?:\$\{?\w+\}?|%\w+%|\$\(\w+\)|\{\{[\w.-]+\}\})$/.test(dense)) {
        return finding("variable-not-expanded", argument, `${expected}, got a variable that nobody expanded`);
    }
    if (/[–—]{1,5}\s{0,9}BEGIN/.test(text) || /^-{0,4}BEGIN [A-Z]/.test(text)) {
        return finding("dashes-replaced", argument, `${expected}, got a BEGIN line without its five hyphens`);
    }
    const destroyed = describeDestroyedDer(text);
    if (destroyed !== undefined) {
        return finding(destroyed.code, argument, `${expected}, got ${destroyed.got}`);
    }
    if (/^M[A-Za-z]/.test(dense) && isBase64(dense) && isWholeSequence(Buffer.from(dense, "base64"))) {
        return isPkcs12(Buffer.from(dense, "base64"))
            ? finding("pkcs12", argument, `${expected}, got the base64 of PKCS #12`)
            : finding("base64-only", argument, `${expected}, got base64 without its BEGIN and END lines`);
    }
    if (/^MI/.test(dense) && isBase64(dense)) {
        return finding("base64-only", argument, `${expected}, got base64 without its BEGIN and END lines, cut off`);
    }
    if (/^[\w./~\\: -]+$/.test(text) && text.length < 300 && /[./\\]/.test(text)) {
        return finding("path-not-content", argument, `${expected}, got something like a path`);
    }
    return finding("not-pem", argument, `${expected}, got another text of ${String(text.length)} characters`);
}

/** How far the version may stand behind the head of the outer sequence, whatever became of the length's bytes. */
const LONGEST_HEAD = 7;

/** DER that was decoded as UTF-8 or Latin-1: the tags of a sequence and of the version in it are ASCII, and survive. */
function describeDestroyedDer(text: string): { code: "pkcs12" | "der-as-text"; got: string } | undefined {
    if (!text.startsWith("0")) {
        return undefined;
    }
    const versionAt = text.slice(0, LONGEST_HEAD + 2).indexOf("\u0002\u0001");
    if (versionAt > 0 && text[versionAt + 2] === "\u0003") {
        return { code: "pkcs12", got: "PKCS #12 that was read as text" };
    }
    return versionAt > 0 || /^0[\u0080-\uffff]/.test(text)
        ? { code: "der-as-text", got: "binary DER that was read as text" }
        : undefined;
}
