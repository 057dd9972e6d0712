#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
int main(void)
{
    int shmid; unsigned size;
    char *memory;
    printf("Enter the size of shared memory : ");
    if (scanf("%u", &size) != 1) { fprintf(stderr, "size: not a number\n"); exit(1); }
    shmid = shmget(2004, size, IPC_CREAT | 0666);
    if (shmid < 0) { perror("shmget"); exit(1); }
    memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1) { perror("shmat"); exit(1); }
    sprintf(memory, "We have accessed shared memory ID : %d", shmid);
    printf("Shared memory : %s\n", memory);
    if (shmdt(memory) < 0) { perror("shmdt"); exit(1); }
    if (fflush(stdout) == EOF) { perror("write"); exit(1); }
    return 0;
}
