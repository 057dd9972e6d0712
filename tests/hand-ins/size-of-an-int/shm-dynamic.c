#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    key_t key = 2004;
    int shmid, size;
    char *memory;

    printf("Enter the size of shared memory : ");
    scanf("%d", &size);

    shmid = shmget(key, sizeof(size), IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1) {
        perror("shmat");
        exit(1);
    }
    sprintf(memory, "We have accessed shared memory ID : %d", shmid);
    printf("Shared memory : %s\n", memory);
    shmdt(memory);
    return 0;
}
