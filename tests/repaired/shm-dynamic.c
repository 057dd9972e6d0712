/* shm-dynamic: makes a segment as large as the user says. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>

/* At exit, whatever the reason: what was printed is written, or the user is told. */
static void flush(void)
{
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        fflush(stdin); /* as exit does: what was not read is for the next program */
        _exit(1);
    }
}

/* scanf("%d"), which does not tell when an int cannot hold the number. */
static int read_size(void)
{
    long long size = 0;
    int c, sign, digits = 0;

    do
        c = getchar();
    while (isspace(c));
    sign = c == '-' ? -1 : 1;
    if (c == '-' || c == '+')
        c = getchar();
    for (; isdigit(c); c = getchar()) {
        size = 10 * size + sign * (c - '0');
        digits++;
        /* More digits than that can only be zeros without end. */
        if (size < INT_MIN || size > INT_MAX || digits > 1 << 24) {
            ungetc(c, stdin);
            errno = ERANGE;
            perror("size");
            exit(1);
        }
    }
    if (ferror(stdin)) {
        perror("read");
        exit(1);
    }
    ungetc(c, stdin);
    if (digits == 0) {
        fprintf(stderr, "size: no whole number on standard input\n");
        exit(1);
    }
    return size;
}

int main(void)
{
    key_t key = 2004;
    int shmid, size;
    char *memory;

    atexit(flush);
    printf("Enter the size of shared memory : ");
    size = read_size();

    shmid = shmget(key, size, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = (char *) shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        exit(1);
    }
    sprintf(memory, "We have accessed shared memory ID : %d", shmid);
    /* Others may write there too: the NUL may be gone, but a page is at least as long as this. */
    printf("Shared memory : %.4096s\n", memory);
    if (shmdt(memory) < 0) {
        perror("shmdt");
        exit(1);
    }
    return 0;
}
