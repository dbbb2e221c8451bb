using System.Text;
using Kiket.Application.Definitions;
using Kiket.Domain.Common;
using Kiket.Domain.Definitions;
using Kiket.Domain.Organizations;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Startup;

/// <summary>The result of importing one pack.</summary>
internal sealed record ImportedFolder(string Folder, Result<ImportedDefinitions> Outcome);

/// <summary>Imports definition packs from disk, at start and by the command <c>import</c>.</summary>
internal static class DefinitionFolders
{
    private const int MaxDepth = 10;

    // Links are not followed: a pack must not read files outside of it.
    private static readonly EnumerationOptions Here = new() { AttributesToSkip = FileAttributes.ReparsePoint };
    private static readonly EnumerationOptions Below = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        RecurseSubdirectories = true,
        MaxRecursionDepth = MaxDepth,
    };

    /// <summary>Imports a pack, or every pack of a folder of packs.</summary>
    /// <param name="organization">
    /// Slug of the organization, or null for the first one. Its first administrator is the actor.
    /// </param>
    /// <param name="isStrict">Whether what may weaken a rule, such as a misspelt key, is an error.</param>
    public static async Task<Result<IReadOnlyList<ImportedFolder>>> ImportFolderAsync(
        this IServiceProvider services,
        string folder,
        string? organization,
        bool isStrict,
        CancellationToken ct
    )
    {
        var packs = FindPacks(folder);
        if (packs.Count == 0)
            return Error.Validation("folder", $"There is no .kiket folder in {folder} or in its subfolders.");
        if (await services.FindAdminAsync(organization, ct) is not { } admin)
            return Error.Validation("organization", $"There is no organization {organization} with an active administrator.");

        List<ImportedFolder> imported = [];
        foreach (var pack in packs)
            imported.Add(new(pack, await ImportPackAsync(services, pack, isStrict, admin, ct)));
        return imported;
    }

    public static string SummaryOf(ImportedDefinitions done) =>
        $"project {done.Project.Key}: {done.Created.Count} created, {done.Changed.Count} changed, "
        + $"{done.Unchanged.Count} unchanged, {done.Removed.Count} removed";

    /// <summary>The details of an error, one per line: <c>file:line:column: message</c>.</summary>
    public static IEnumerable<string> LinesOf(Error error) =>
        error.Details.Count == 0 ? [error.Message] : error.Details.Select(d => $"{d.Field}: {d.Message}");

    private static async Task<Result<ImportedDefinitions>> ImportPackAsync(
        IServiceProvider services,
        string pack,
        bool isStrict,
        Actor admin,
        CancellationToken ct
    )
    {
        var files = await ReadAsync(pack, isStrict, ct);
        if (files.Error is { } unreadable)
            return unreadable;
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(pack)));
        // The name and not the whole path, which would reveal where the server keeps its files.
        var command = new ImportDefinitionsCommand(files.Value, null, name, false, $"folder {name}");
        try
        {
            return await SendAsync();
        }
        catch (DbUpdateException)
        {
            // Another node that started at the same time imported the same pack first, so there is nothing left to change.
            return await SendAsync();
        }

        async Task<Result<ImportedDefinitions>> SendAsync()
        {
            await using var scope = services.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentActor>().SignIn(admin, []);
            return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command, ct);
        }
    }

    public static bool HasPacks(string folder) => FindPacks(folder).Count > 0;

    private static List<string> FindPacks(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        return IsPack(folder)
            ? [folder]
            : [.. Directory.EnumerateDirectories(folder, "*", Here).Where(IsPack).Order(StringComparer.Ordinal)];
    }

    private static bool IsPack(string folder) => Directory.EnumerateDirectories(folder, ".kiket", Here).Any();

    /// <summary>The YAML files of a pack, or every reason why they cannot be read.</summary>
    private static async Task<Result<IReadOnlyList<DefinitionText>>> ReadAsync(string pack, bool isStrict, CancellationToken ct)
    {
        List<DefinitionText> files = [];
        List<DefinitionNote> errors = [];
        long length = 0;
        foreach (
            var file in new DirectoryInfo(Path.Combine(pack, ".kiket"))
                .EnumerateFiles("*", Below)
                .Where(f => DefinitionPath.IsYaml(f.Name))
        )
        {
            var path = Path.GetRelativePath(pack, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
            length += file.Length;
            if (files.Count == DefinitionLimits.MaxFiles || length > DefinitionLimits.MaxPackLength)
            {
                var limit =
                    $"A pack can have at most {DefinitionLimits.MaxFiles} files and {DefinitionLimits.MaxPackLength} bytes.";
                return DefinitionErrors.Invalid([new(path, 0, 0, limit)]);
            }

            if (await ReadTextAsync(file, ct) is { } text)
                files.Add(new(path, text, isStrict));
            else
                errors.Add(new(path, 0, 0, "The file is not text in UTF-8."));
        }

        return errors.Count > 0 ? DefinitionErrors.Invalid(errors) : files;
    }

    private static async Task<string?> ReadTextAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            var text = await File.ReadAllTextAsync(
                file.FullName,
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
                ct
            );
            return text.Contains('\0') ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The first administrator of an organization, or of the first one.</summary>
    public static async Task<Actor?> FindAdminAsync(this IServiceProvider services, string? organization, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        IQueryable<Organization> organizations = db.Organizations;
        if (organization is not null)
            organizations = organizations.Where(o => o.Slug == organization);
        var found = await organizations.OrderBy(o => o.Id).Select(o => (OrganizationId?)o.Id).FirstOrDefaultAsync(ct);
        var admin = await db.AcrossTenants<User>()
            .Where(u => u.OrganizationId == found && u.Role == OrganizationRole.Admin && !u.Deactivated)
            .OrderBy(u => u.Id)
            .Select(u => (UserId?)u.Id)
            .FirstOrDefaultAsync(ct);
        return admin is { } user ? new Actor(found!.Value, user, OrganizationRole.Admin) : null;
    }
}
