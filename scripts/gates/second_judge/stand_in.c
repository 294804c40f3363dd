/* Copyright (c) 2026 The wslfleet contributors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands in for every program that a line starts (reg.exe, wsl.exe, ...): notes how it was started, prints two lines,
 * and ends with the exit code that the scene wants. lab_judge.py has the same for the lab.
 *
 * J:\log gets one record a start: fields ended by 0x1F, the record by 0x1E: path, command line, directory, standard
 * input in hex, words and the environment, each ended by 0x1D. J:\scene holds a number: below 1000 it is the exit code;
 * else it is mixed with the words, and the code is one of five.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *record;
static size_t used, room;

static void add(const char *bytes, size_t count)
{
    if (used + count > room) {
        room = 2 * (used + count);
        record = realloc(record, room);
    }
    memcpy(record + used, bytes, count);
    used += count;
}

static void add_text(const wchar_t *text, char end)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc(size);
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, size, NULL, NULL);
    add(bytes, size - 1);
    if (end)
        add(&end, 1);
    free(bytes);
}

static void add_input(void)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char part[4096];
    DWORD count, i;
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), part, sizeof part, &count, NULL) && count)
        for (i = 0; i < count; i++) {
            add(&digits[part[i] >> 4], 1);
            add(&digits[part[i] & 15], 1);
        }
    add("\x1f", 1);
}

static int exit_code(const char *words, size_t count)
{
    static const int codes[] = {0, 1, 0, 3010, -5};
    char text[32] = "";
    DWORD got = 0;
    unsigned scene, hash;
    size_t i;
    HANDLE file = CreateFileW(L"J:\\scene", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE || !ReadFile(file, text, sizeof text - 1, &got, NULL) || !got)
        return 199;
    scene = strtoul(text, NULL, 10);
    if (scene < 1000)
        return scene;
    hash = 2166136261u ^ scene;
    for (i = 0; i < count; i++)
        hash = (hash ^ (unsigned char)words[i]) * 16777619u;
    return codes[(hash >> 8) % 5];
}

static void print(DWORD handle, const char *text)
{
    DWORD written;
    WriteFile(GetStdHandle(handle), text, strlen(text), &written, NULL);
}

int wmain(int count, wchar_t **words)
{
    wchar_t path[MAX_PATH], folder[MAX_PATH], *block, *entry;
    char name[64], text[128];
    size_t start, end;
    DWORD written;
    HANDLE log;
    int i, code;

    GetModuleFileNameW(NULL, path, MAX_PATH);
    GetCurrentDirectoryW(MAX_PATH, folder);
    add_text(path, '\x1f');
    add_text(GetCommandLineW(), '\x1f');
    add_text(folder, '\x1f');
    add_input();
    start = used;
    for (i = 1; i < count; i++)
        add_text(words[i], '\x1d');
    end = used;
    add("\x1f", 1);
    block = GetEnvironmentStringsW();
    for (entry = block; *entry; entry += wcslen(entry) + 1)
        add_text(entry, '\x1d');
    add("\x1f\x1e", 2);
    code = exit_code(record + start, end - start);

    log = CreateFileW(L"J:\\log", FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
    if (log == INVALID_HANDLE_VALUE || !WriteFile(log, record, used, &written, NULL) || written != used)
        return 198;
    WideCharToMultiByte(CP_UTF8, 0, wcsrchr(path, '\\') + 1, -1, name, sizeof name, NULL, NULL);
    snprintf(text, sizeof text, "%s says\r\na&b^c (d) e=1\r\n", name);
    print(STD_OUTPUT_HANDLE, text);
    snprintf(text, sizeof text, "%s warns\r\n", name);
    print(STD_ERROR_HANDLE, text);
    return code;
}
