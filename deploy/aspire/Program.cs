// Kiket on its embedded database, beside the dashboard that shows its logs, traces and metrics.
var builder = DistributedApplication.CreateBuilder(args);
builder
    .AddProject<Projects.Kiket_Api>("kiket")
    .WithHttpEndpoint(port: 5080, isProxied: false)
    .WithHttpHealthCheck("/health/ready");
await builder.Build().RunAsync();
