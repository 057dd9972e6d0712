#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid, size = 0;
    char *memory;

    printf("Enter the size of shared memory : ");
    scanf("%d", &size);

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
