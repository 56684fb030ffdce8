import { it } from "mocha";

export const IS_WINDOWS = process.platform === "win32";

/** A test of what Windows does not have: shells and modes of POSIX, signals that a process can catch. */
export const itOnPosix = IS_WINDOWS ? it.skip : it;

/** A test of scripts for the machines of CI, with GNU's tools. */
export const itOnLinux = process.platform === "linux" ? it : it.skip;

/** The file name of a program, as this system starts it. */
export function executableName(program: string): string {
    return IS_WINDOWS ? `${program}.exe` : program;
}
