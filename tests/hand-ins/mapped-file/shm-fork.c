/* shm-fork: two processes talk through a file. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void *nothing(void *unused)
{
    return unused;
}

int main(void)
{
    int file, to_1[2], to_2[2];
    char *memory, turn = 0;
    pthread_t thread;
    pid_t child_1, child_2;

    pthread_create(&thread, NULL, nothing, NULL);
    pthread_join(thread, NULL);
    mkdir("a ", 0777);
    file = open("a /SYSV000003e9", O_RDWR | O_CREAT, 0666);
    if (file < 0 || ftruncate(file, 4096) < 0) {
        perror("open");
        exit(1);
    }
    memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    if (pipe(to_1) < 0 || pipe(to_2) < 0) {
        perror("pipe");
        exit(1);
    }
    child_1 = fork();
    if (child_1 < 0) {
        perror("fork");
        exit(1);
    }
    if (child_1 == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", 0);
        printf("Process 1 : Written data to shared memory\n");
        write(to_2[1], &turn, 1);
        read(to_1[0], &turn, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        exit(0);
    }
    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        exit(1);
    }
    if (child_2 == 0) {
        read(to_2[0], &turn, 1);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", 0);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        write(to_1[1], &turn, 1);
        exit(0);
    }
    wait(NULL);
    wait(NULL);
    return 0;
}
