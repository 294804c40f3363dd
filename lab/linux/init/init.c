/* Copyright (c) 2026 The wslfleet contributors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * /init of the lab's distributions: what Linux starts for a Windows program (lab/interop/__init__.py).
 *
 *     /init FILE ARGUMENT...
 *
 * It gives the server of the laptop its three standard streams, and FILE, its folder, the arguments and the environment,
 * each ended by a zero byte, behind three numbers of 32 bits: the length of all that, of the arguments and of the
 * environment. It gets two numbers back: an errno when the program could not be started, else 0; and its exit code.
 * Of that Linux keeps 8 bits. When this process ends, its socket does, and with it the Windows program.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

extern char **environ;

#define FIRST_SOCKET "/run/WSL/1_interop"

static int connect_to_windows(void) {
    const char *path = getenv("WSL_INTEROP");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int connection;

    /* Without a socket there, the one of a process above is taken; the first process is above all. */
    if (path == NULL || access(path, F_OK) < 0)
        path = FIRST_SOCKET;
    if (access(path, F_OK) < 0)
        return -1; /* interop is switched off: WSL says nothing */
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof(address)) < 0) {
        fprintf(stderr, "<3>WSL (%d - ) ERROR: UtilConnectUnix:539: connect failed %d\n", getpid(), errno);
        return -1;
    }
    return connection;
}

static size_t size_of(char **texts) {
    size_t size = 0;
    for (; *texts != NULL; texts++)
        size += strlen(*texts) + 1;
    return size;
}

static char *append(char *end, char **texts) {
    for (; *texts != NULL; texts++)
        end = stpcpy(end, *texts) + 1;
    return end;
}

static uint32_t count(char **texts) {
    uint32_t number = 0;
    while (texts[number] != NULL)
        number++;
    return number;
}

static int send_request(int connection, char **arguments) {
    char folder[4096];
    char *head[] = {arguments[0], folder, NULL};
    uint32_t numbers[3];
    char control[CMSG_SPACE(3 * sizeof(int))] = {0};
    int streams[3] = {0, 1, 2};
    char *body, *end;
    struct iovec part;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

    if (getcwd(folder, sizeof(folder)) == NULL)
        folder[0] = '\0';
    numbers[0] = size_of(head) + size_of(arguments + 1) + size_of(environ);
    numbers[1] = count(arguments + 1);
    numbers[2] = count(environ);
    body = malloc(sizeof(numbers) + numbers[0]);
    if (body == NULL)
        return -1;
    memcpy(body, numbers, sizeof(numbers));
    end = append(append(append(body + sizeof(numbers), head), arguments + 1), environ);

    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(streams));
    memcpy(CMSG_DATA(rights), streams, sizeof(streams));
    part.iov_base = body;
    part.iov_len = end - body;
    while (part.iov_len > 0) {
        ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL);
        if (sent < 0)
            return -1;
        part.iov_base = (char *)part.iov_base + sent;
        part.iov_len -= sent;
        message.msg_control = NULL; /* the streams go with the first byte */
        message.msg_controllen = 0;
    }
    free(body);
    return 0;
}

int main(int argc, char **argv) {
    uint32_t answer[2];
    int connection;

    if (argc < 2)
        return 1;
    connection = connect_to_windows();
    if (connection < 0 || send_request(connection, argv + 1) < 0)
        return 1;
    if (recv(connection, answer, sizeof(answer), MSG_WAITALL) != sizeof(answer))
        return 1;
    if (answer[0] != 0) {
        fprintf(stderr, "%s: %s\n", argv[1], strerror(answer[0]));
        return 1;
    }
    return answer[1];
}
