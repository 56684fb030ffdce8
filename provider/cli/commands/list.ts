import { normaliseOrigin } from "../../operations/identity";
import { EXIT, type Command } from "../command";
import { jsonText, table } from "../terminal";
import { listAtVercel, OWNER_OPTIONS, ownerOf } from "../vercelClient";
import { shown } from "../../text/quoting";

export const listCommand: Command = {
    name: "list",
    operands: "PROJECT",
    operandCounts: [1, 1],
    summary: "List the client certificates of a project at Vercel, by origin",
    details: ["PROJECT is a name or an id. Vercel shows of a certificate only its id and its origin."],
    options: OWNER_OPTIONS,
    run: async (parsed, host) => {
        const owner = ownerOf(parsed);
        const { project, team } = owner;
        const entries = await listAtVercel(owner, host);
        const certificates = entries
            .map(({ certId, origin }) => ({ origin: normaliseOrigin(origin) ?? "*", certId }))
            .sort((a, b) => (a.origin === b.origin ? 0 : a.origin < b.origin ? -1 : 1));
        if (parsed.flag("json")) {
            host.write(jsonText({ project, team, certificates }));
        } else if (certificates.length === 0) {
            host.write("There are no client certificates.\n");
        } else {
            const rows = certificates.map(({ origin, certId }) => [
                origin === "*" ? "(project-wide)" : origin,
                shown(certId),
            ]);
            host.write(table(rows));
        }
        return EXIT.fine;
    },
};
