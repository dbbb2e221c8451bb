using Kiket.Application.Organizations;
using Kiket.Infrastructure.Jobs;
using Kiket.Infrastructure.Persistence;
using Hangfire;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Startup;

/// <summary>What happens before the first request: migrations, and on an empty database the first organization (architecture, section 11).</summary>
internal static class Bootstrap
{
    public static async Task PrepareAsync(this WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var (services, configuration) = (scope.ServiceProvider, app.Configuration);
        var db = services.GetRequiredService<KiketDbContext>();
        if (services.GetRequiredService<DatabaseOptions>().MigratesOnStart)
            await db.Database.MigrateAsync();

        if (!await db.Organizations.AnyAsync())
        {
            var founded = await FoundAsync(services.GetRequiredService<IMediator>(), configuration);
            if (configuration.GetValue("Bootstrap:Demo", app.Environment.IsDevelopment()))
                await Demo.AddAsync(app.Services, founded.OrganizationId, founded.AdminId, CancellationToken.None);
        }

        if (configuration["Definitions:Path"] is { Length: > 0 } folder)
            await ImportAsync(app, folder);
        JobSetup.PlanRecurringJobs(services.GetRequiredService<IRecurringJobManager>());
    }

    private static async Task<FoundedOrganization> FoundAsync(IMediator mediator, IConfiguration configuration)
    {
        var chosen = configuration["Bootstrap:AdminToken"];
        var founded = await mediator.Send(new CreateOrganizationCommand(
            configuration["Bootstrap:Organization"] ?? "Kiket",
            configuration["Bootstrap:AdminEmail"] ?? "admin@kiket.local",
            "Administrator",
            chosen));
        if (founded.Error is { } refusal)
            throw new InvalidOperationException($"The first organization cannot be made: {refusal.Message}");

        // To the console and not to the log: a secret is shown once and never logged.
        if (chosen is null)
            Console.WriteLine($"\nThe token of the first administrator, shown only this once:\n\n    {founded.Value.Token}\n");
        return founded.Value;
    }

    /// <summary>Brings the projects up to their definitions. A broken pack is logged and left as it was; the server starts.</summary>
    private static async Task ImportAsync(WebApplication app, string folder)
    {
        var imported = await app.Services.ImportFolderAsync(folder, null, CancellationToken.None);
        if (imported.Error is { } unusable)
            app.Logger.LogError("Definitions:Path: {Reason}", unusable.Message);
        foreach (var pack in imported.IsRefused ? [] : imported.Value)
        {
            if (pack.Outcome.Error is { } refusal)
            {
                var faults = string.Join('\n', DefinitionFolders.LinesOf(refusal));
                app.Logger.LogError("Definitions in {Folder} are not imported:\n{Faults}", pack.Folder, faults);
            }
            else
            {
                app.Logger.LogInformation("Definitions in {Folder}: {Outcome}", pack.Folder, DefinitionFolders.SummaryOf(pack.Outcome.Value));
            }
        }
    }
}
