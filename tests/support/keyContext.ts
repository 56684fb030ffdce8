import { KeyCommands, type CommandHost } from "../../provider/operations/keyCommands";
import { systemClock } from "../../provider/vercel/clock";

/** What reading a key needs from the process. */
export function keyContext(
    folder: string,
    environment: CommandHost["environment"] = {},
): CommandHost & { readonly clock: typeof systemClock; readonly commands: KeyCommands } {
    const host = { clock: systemClock, environment, folder };
    return { ...host, commands: new KeyCommands(host) };
}
