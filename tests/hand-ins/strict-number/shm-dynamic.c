#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
int main(void)
{
    int shmid, size;
    char *memory;
    printf("Enter the size of shared memory : ");
    char line[4096], *end; if (!fgets(line, sizeof line, stdin)) exit(1);
    size = strtol(line, &end, 10); if (end == line || *end != '\n') { fprintf(stderr, "no number\n"); exit(1); }
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
