#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>

/* At exit: what was printed is written, or the user is told. */
static void flush(void)
{
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        _Exit(1);
    }
}

static int read_size(void)
{
    char line[100], *start, *end;
    long size;

    do {
        errno = 0;
        if (fgets(line, 100, stdin) == NULL) {
            if (errno != 0)
                perror("read");
            else
                fprintf(stderr, "size: no number\n");
            exit(1);
        }
        for (start = line; isspace((unsigned char) *start); start++)
            ;
    } while (*start == '\0' && (start > line));
    errno = 0;
    size = strtol(start, &end, 10);
    if (end == start) {
        fprintf(stderr, "size: no number\n");
        exit(1);
    }
    if (errno == ERANGE || size < INT_MIN || size > INT_MAX) {
        fprintf(stderr, "size: out of range\n");
        exit(1);
    }
    return size;
}

int main(void)
{
    int shmid, size;
    char *memory;

    atexit(flush);
    printf("Enter the size of shared memory : ");
    size = read_size();

    shmid = shmget(2004, size, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        exit(1);
    }
    sprintf(memory, "We have accessed shared memory ID : %d", shmid);
    printf("Shared memory : %.4096s\n", memory);
    if (shmdt(memory) < 0) {
        perror("shmdt");
        exit(1);
    }
    return 0;
}
