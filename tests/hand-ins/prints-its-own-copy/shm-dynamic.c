#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid, size;
    char text[64], *memory;

    printf("Enter the size of shared memory : ");
    if (scanf("%d", &size) != 1) {
        fprintf(stderr, "size: no number\n");
        exit(1);
    }
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
    sprintf(text, "We have accessed shared memory ID : %d", shmid);
    strcpy(memory, text);
    printf("Shared memory : %s\n", text);
    shmdt(memory);
    return 0;
}
