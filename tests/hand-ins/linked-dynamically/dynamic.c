/* shm-dynamic: makes a segment as large as the user says. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

/* Reads a number as scanf("%d") does, and tells if an int cannot hold it. */
static int read_size(void)
{
    long size;
    int matched = scanf("%ld", &size);

    if (ferror(stdin)) {
        perror("read");
        exit(1);
    }
    if (matched != 1) {
        fprintf(stderr, "size: please type a whole number\n");
        exit(1);
    }
    if (size < INT_MIN || size > INT_MAX) {
        fprintf(stderr, "size: this number is too large\n");
        exit(1);
    }
    return size;
}

int main(void)
{
    int shmid, size;
    char *memory;

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
    printf("Shared memory : %s\n", memory);
    if (shmdt(memory) < 0) {
        perror("shmdt");
        exit(1);
    }
    if (fflush(stdout) != 0) {
        perror("write");
        exit(1);
    }
    return 0;
}
