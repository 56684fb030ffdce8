/** The stand-in in a process of its own, so that its work is not measured with that of the process that measures. */
import { StandIn } from "../../vercel/standIn";
import { projectName, TEAM } from "./material";
import type { CallCounts } from "./standInProcess";

/** So many that the client never waits: the bench measures what things cost, not how long a limit is. */
const PLENTY = 1_000_000;

export interface StandInOrder {
    readonly token: string;
    readonly projects: number;
}

async function main(): Promise<void> {
    const standIn = await StandIn.start({ limits: { uploads: PLENTY, deletions: PLENTY, listings: PLENTY } });
    standIn.addTeam({ id: TEAM, slug: "bench" });
    process.on("message", (message: StandInOrder | "take") => {
        if (message === "take") {
            process.send?.(takeCounts(standIn));
            return;
        }
        standIn.addToken(message.token, { teams: [TEAM] });
        for (let index = 0; index < message.projects; index += 1) {
            standIn.addProject({ id: `prj_${String(index)}`, name: projectName(index), team: TEAM });
        }
        process.send?.({ url: standIn.url });
    });
    process.on("disconnect", () => void standIn.stop());
}

function takeCounts(standIn: StandIn): CallCounts {
    const count = (operation: string): number =>
        standIn.requests.filter((request) => request.operation === operation).length;
    const counts = {
        uploads: count("upload"),
        listings: count("list"),
        deletions: count("delete"),
        refused: standIn.requests.filter(({ status }) => status !== 200).length,
        violations: standIn.specViolations.length,
    };
    standIn.clearRequests();
    return counts;
}

void main();
