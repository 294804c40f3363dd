/* Copyright (c) 2026 The wslfleet contributors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs the command lines that come on standard input, one a line in UTF-8 with 0x01 for a line break, and answers each
 * with its exit code, or "late". What it starts gets the command line as it is, the environment in J:\environment (UTF-16, as Windows wants
 * it), no input, and J:\out and J:\err. Argument 1 is the working directory, argument 2 the seconds to wait.
 *
 * It starts itself again with a console that has no window, which all programs then share, code page 65001 as in WinRS.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wchar_t environment[32768];
static char line[65536];
static wchar_t wide[65536];

static HANDLE opened(const wchar_t *name, DWORD access, DWORD how)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    return CreateFileW(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherited, how, 0, NULL);
}

static void run(const wchar_t *folder, DWORD milliseconds)
{
    STARTUPINFOW with = {0};
    PROCESS_INFORMATION process;
    DWORD code;

    with.cb = sizeof with;
    with.dwFlags = STARTF_USESTDHANDLES;
    with.hStdInput = opened(L"NUL", GENERIC_READ, OPEN_EXISTING);
    with.hStdOutput = opened(L"J:\\out", GENERIC_WRITE, CREATE_ALWAYS);
    with.hStdError = opened(L"J:\\err", GENERIC_WRITE, CREATE_ALWAYS);
    if (!CreateProcessW(NULL, wide, NULL, NULL, TRUE, CREATE_UNICODE_ENVIRONMENT, environment, folder, &with,
                        &process)) {
        printf("error %lu\n", GetLastError());
    } else {
        if (WaitForSingleObject(process.hProcess, milliseconds) == WAIT_TIMEOUT) {
            TerminateProcess(process.hProcess, 1);
            printf("late\n");
        } else {
            GetExitCodeProcess(process.hProcess, &code);
            printf("%lu\n", code);
        }
        CloseHandle(process.hProcess);
        CloseHandle(process.hThread);
    }
    CloseHandle(with.hStdInput);
    CloseHandle(with.hStdOutput);
    CloseHandle(with.hStdError);
    fflush(stdout);
}

static int run_with_console(void)
{
    STARTUPINFOW with = {0};
    PROCESS_INFORMATION process;
    DWORD code = 3;

    with.cb = sizeof with;
    with.dwFlags = STARTF_USESTDHANDLES;
    with.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    with.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    with.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    swprintf(wide, sizeof wide / sizeof *wide, L"%ls console", GetCommandLineW());
    if (CreateProcessW(NULL, wide, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &with, &process)) {
        WaitForSingleObject(process.hProcess, INFINITE);
        GetExitCodeProcess(process.hProcess, &code);
    }
    return code;
}

int wmain(int count, wchar_t **words)
{
    DWORD size = 0;
    HANDLE file;
    char *at;

    if (count == 3)
        return run_with_console();
    file = opened(L"J:\\environment", GENERIC_READ, OPEN_EXISTING);
    if (count != 4 || !SetConsoleOutputCP(65001) || !ReadFile(file, environment, sizeof environment - 4, &size, NULL) || !size)
        return 1;
    CloseHandle(file);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        for (at = line; *at; at++)
            if (*at == 1)
                *at = '\n';
        if (!MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, line, -1, wide, sizeof wide / sizeof *wide))
            return 2;
        run(words[1], 1000 * _wtoi(words[2]));
    }
    return 0;
}
