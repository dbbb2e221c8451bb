using BenchmarkDotNet.Running;
using Kiket.Benchmarks;

if (args is ["deliveries", ..])
    return await DeliveryRun.RunAsync();

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
