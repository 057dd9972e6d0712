/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#define LENGTH 100

int main(void)
{
    int shmid, to_1[2], to_2[2];
    char *memory, text[LENGTH] = "";
    pid_t child_1, child_2;

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
    if (pipe(to_1) < 0 || pipe(to_2) < 0) {
        perror("pipe");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    child_1 = fork();
    if (child_1 < 0) {
        perror("fork");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (child_1 == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        sprintf(text, "Is this the shared memory ID : %d", shmid);
        write(to_2[1], text, LENGTH);
        read(to_1[0], text, LENGTH);
        printf("Process 1 : Responce -> %s\n", text);
        shmdt(memory);
        exit(0);
    }
    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (child_2 == 0) {
        read(to_2[0], text, LENGTH);
        printf("Process 2 : Received : %s\n", text);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        sprintf(text, "Yes, This is shared memory ID : %d", shmid);
        write(to_1[1], text, LENGTH);
        shmdt(memory);
        exit(0);
    }
    wait(NULL);
    wait(NULL);
    shmdt(memory);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
