import { EXIT, type Command } from "../../command";
import { PASSPHRASE_OPTION, readBundleFiles } from "../../files";
import { jsonText } from "../../terminal";
import { inspect } from "./inspection";
import { inspectionText } from "./inspectionText";

export const inspectCommand: Command = {
    name: "inspect",
    operands: "FILE…",
    operandCounts: [1, 32],
    summary: "Say what certificate, key and issuers are, and everything that is wrong with them",
    details: [
        "The files are PEM, DER, PKCS #12 or PKCS #7, or - for standard input, and come in any order: which is cert, key and ca",
        "is found out. Nothing is sent anywhere.",
        "Exit code 1 if there is an error among the findings.",
    ],
    options: PASSPHRASE_OPTION,
    run: async (parsed, host) => {
        const { files, passphrase } = await readBundleFiles(parsed, host);
        const nowMs = host.clock.now();
        const inspection = await inspect(files, passphrase, nowMs);
        host.write(parsed.flag("json") ? jsonText(inspection) : inspectionText(inspection, nowMs));
        const isBad = inspection.findings.some(({ severity }) => severity === "error");
        return isBad ? EXIT.bad : EXIT.fine;
    },
};
