/* shm-dynamic: makes a segment as large as the user says. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* The next byte of the input, or -1. */
static int next(void)
{
    unsigned char byte;
    ssize_t length = read(0, &byte, 1);

    if (length < 0)
        fail("read");
    return length == 0 ? -1 : byte;
}

static int ask(void)
{
    long size = 0;
    int byte, sign = 1, digits = 0;

    do
        byte = next();
    while (byte == ' ' || (byte >= '\t' && byte <= '\r'));
    if (byte == '-' || byte == '+') {
        sign = byte == '-' ? -1 : 1;
        byte = next();
    }
    for (; byte >= '0' && byte <= '9'; byte = next(), digits++)
        if (size <= INT_MAX)
            size = size * 10 + byte - '0';
    size *= sign;
    if (digits == 0 || size > INT_MAX || size < INT_MIN) {
        fprintf(stderr, "size: a number that an int holds is needed\n");
        exit(1);
    }
    return size;
}

int main(void)
{
    int shmid, size;
    char *memory;

    printf("Enter the size of shared memory : ");
    if (fflush(stdout) == EOF)
        fail("write");
    size = ask();
    shmid = shmget(2004, size, IPC_CREAT | 0666);
    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1)
        fail("shmat");
    sprintf(memory, "We have accessed shared memory ID : %d", shmid);
    printf("Shared memory : %s\n", memory);
    if (ferror(stdout) || fflush(stdout) == EOF)
        fail("write");
    if (shmdt(memory) < 0)
        fail("shmdt");
    return 0;
}
