import { normaliseOrigin } from "../../operations/identity";
import { columns } from "../columns";
import { EXIT, type Command } from "../command";
import { listAtVercel, TEAM, TOKEN_ENV } from "../vercelClient";
import { shown } from "../../text/quoting";

export const listCommand: Command = {
    name: "list",
    operands: "PROJECT",
    leastOperands: 1,
    mostOperands: 1,
    summary: "List the client certificates of a project at Vercel, by origin",
    details: ["PROJECT is a name or an id. Vercel shows of a certificate only its id and its origin."],
    options: {
        team: TEAM,
        "token-env": TOKEN_ENV,
    },
    run: async (parsed, host) => {
        const [project = ""] = parsed.operands;
        const team = parsed.value("team");
        const entries = await listAtVercel({ project, team, tokenEnv: parsed.value("token-env") }, host);
        const certificates = entries
            .map(({ certId, origin }) => ({ origin: normaliseOrigin(origin) ?? "*", certId }))
            .sort((a, b) => (a.origin === b.origin ? 0 : a.origin < b.origin ? -1 : 1));
        if (parsed.flag("json")) {
            host.write(`${JSON.stringify({ project, team, certificates }, null, 4)}\n`);
        } else if (certificates.length === 0) {
            host.write("There are no client certificates.\n");
        } else {
            const rows = certificates.map(({ origin, certId }) => [
                origin === "*" ? "(project-wide)" : origin,
                shown(certId),
            ]);
            host.write(`${columns(rows).join("\n")}\n`);
        }
        return EXIT.fine;
    },
};
