using System.Diagnostics;
using System.Globalization;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Startup;

/// <summary>Runs the executable as an operator does, each test on a database of its own.</summary>
public abstract class CommandLineTest : IDisposable
{
    private protected readonly string folder = Directory.CreateTempSubdirectory("kiket-commands-").FullName;

    private protected string Connection => $"Data Source={Path.Combine(folder, "kiket.db")};Pooling=False";

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(folder, recursive: true);
    }

    private protected Dictionary<string, string> Settings { get; } = [];

    private protected static void AssertRefused(
        (int ExitCode, string Output, string Error) run,
        string sentence,
        int exitCode = 1
    )
    {
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.NotEmpty(run.Error.Trim());
    }

    private protected static string TokenOf((int ExitCode, string Output, string Error) run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(run.Error);
        var token = run.Output.TrimEnd().Split('\n')[^1].Trim();
        Assert.StartsWith("kpat_", token, StringComparison.Ordinal);
        return token;
    }

    private protected async Task<(AccessToken Token, User User)> StoredAsync(string token)
    {
        await using var services = Services();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var stored = await db
            .AccessTokens.IgnoreQueryFilters()
            .AsNoTracking()
            .SingleAsync(t => t.Hash == TokenSecret.HashOf(token));
        return (stored, await db.Users.IgnoreQueryFilters().AsNoTracking().SingleAsync(u => u.Id == stored.UserId));
    }

    /// <summary>Changes a record in the database, and returns it as it was.</summary>
    private protected async Task<AuditRecord> ChangeAuditRecordAsync(string action)
    {
        await using var services = Services();
        await using var scope = services.CreateAsyncScope();
        var records = scope.ServiceProvider.GetRequiredService<KiketDbContext>().AuditRecords.IgnoreQueryFilters();
        var record = await records.AsNoTracking().SingleAsync(r => r.Action == action);
        await records
            .Where(r => r.Sequence == record.Sequence)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Credential, "token:1"));
        return record;
    }

    /// <returns>The id of the endpoint.</returns>
    private protected async Task<string> AddFailedDeliveryAsync()
    {
        await using var services = Services();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = DateTimeOffset.UtcNow;
        var admin = await db.AcrossTenants<User>().SingleAsync();
        var user = User.ForExtension(admin.OrganizationId, "Listener", now);
        db.Users.Add(user);
        await db.SaveChangesAsync();
        const string url = "http://127.0.0.1:9";
        var manifest = new ExtensionManifest { Id = "com.example.listener", Name = "Listener" };
        var key = TokenSecret.Generate(Extension.KeyLabel);
        var extension = Extension.Install(user, null, manifest, url, key, admin.Id, now);
        db.Extensions.Add(extension);
        await db.SaveChangesAsync();
        var webhook = Webhook.For(
            admin.OrganizationId,
            null,
            extension.Id,
            WebhookKind.Extension,
            new(url, false, new Dictionary<string, string>(), SignatureScheme.Timestamp, DeliveryOrdering.None, 1000),
            [new(EventNames.IssueCreated)],
            null,
            now
        );
        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync();
        var delivery = WebhookDelivery.Test(webhook, "evt_1", "{}", now);
        delivery.RecordAttempt(new AttemptOutcome(400, "No."), retries: 0, chance: 0.5, now);
        db.WebhookDeliveries.Add(delivery);
        await db.SaveChangesAsync();
        return webhook.Id.ToString(CultureInfo.InvariantCulture);
    }

    private protected ServiceProvider Services() =>
        new ServiceCollection()
            .AddKiketInfrastructure(
                new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Kiket", Connection)]).Build()
            )
            .BuildServiceProvider();

    private protected async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["Database__Provider"] = "Sqlite";
        start.Environment["ConnectionStrings__Kiket"] = Connection;
        foreach (var (name, value) in Settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
