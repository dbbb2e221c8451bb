using System.CommandLine;
using Kiket.Application.Common;
using Kiket.Application.Organizations;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary>
/// Who runs a command on an organization: its administrator in all respects, but not a user. The audit log shows the command
/// line as the credential.
/// </summary>
internal static class Operator
{
    private const string Credential = "command_line";

    /// <summary>
    /// Sets the action of a command, which returns the text to print, and adds the option that names the organization.
    /// </summary>
    public static Command DoesInOrganization(
        this Command command,
        Func<OrganizationRow, ParseResult, IServiceProvider, CancellationToken, Task<Result<string>>> work
    )
    {
        var slug = new Option<string?>("--organization")
        {
            Description = "Slug of the organization; not needed while there is only one.",
        };
        command.Add(slug);
        return command.DoesInDatabase(
            async (parsed, services, ct) =>
            {
                var found = await FindAsync(services.GetRequiredService<IMediator>(), parsed.GetValue(slug), ct);
                if (found.Error is { } error)
                    return error;
                var current = services.GetRequiredService<CurrentActor>();
                current.SignIn(new Actor(found.Value.Id, UserId: default, OrganizationRole.Admin), []);
                current.Origin = new(Credential, Address: null, RequestId: null);
                return await work(found.Value, parsed, services, ct);
            }
        );
    }

    /// <summary>The same for an action that does not need the organization.</summary>
    public static Command DoesInOrganization(
        this Command command,
        Func<ParseResult, IServiceProvider, CancellationToken, Task<Result<string>>> work
    ) => command.DoesInOrganization((_, parsed, services, ct) => work(parsed, services, ct));

    /// <summary>All rows of a list, page by page.</summary>
    public static async Task<Result<IReadOnlyList<T>>> ReadAllAsync<T>(Func<PageRequest, Task<Result<Page<T>>>> read)
    {
        List<T> rows = [];
        for (var number = 1; ; number++)
        {
            var page = await read(new(number, PageRequest.MaxSize, Sort: null));
            if (page.Error is { } error)
                return error;
            rows.AddRange(page.Value.Items);
            if (number >= page.Value.TotalPages)
                return rows;
        }
    }

    public static Task<Result<IReadOnlyList<OrganizationRow>>> ListOrganizationsAsync(IMediator mediator, CancellationToken ct) =>
        ReadAllAsync(page => mediator.Send(new ListOrganizationsQuery(page), ct));

    private static async Task<Result<OrganizationRow>> FindAsync(IMediator mediator, string? slug, CancellationToken ct)
    {
        var all = await ListOrganizationsAsync(mediator, ct);
        if (all.Error is { } error)
            return error;
        var slugs = string.Join(", ", all.Value.Select(o => o.Slug));
        var found = all.Value.Where(o => slug is null || o.Slug == slug).ToList();
        return found switch
        {
            [var only] => only,
            [] when slug is null => Error.Validation("organization", "There is no organization yet."),
            [] => Error.Validation("organization", $"There is no organization {slug}."),
            _ => Error.Validation("organization", $"There are several organizations; choose one with --organization: {slugs}."),
        };
    }
}
