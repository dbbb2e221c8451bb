using System.CommandLine;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary><c>token create|list|rotate|revoke</c>: any token of any user (decisions, 18).</summary>
internal static class TokenCommand
{
    private static readonly string[] Columns = ["id", "prefix", "name", "owner", "scopes", "last used", "expires"];

    public static Command Build()
    {
        var user = new Option<string>("--user") { Description = "E-mail address of the user.", Required = true };
        var organization = new Option<string?>("--organization")
        {
            Description = "Slug of the user's organization, if the address is in several.",
        };
        var scopes = new Option<string?>("--scopes")
        {
            Description = "What the token may do, such as issues:read,projects; everything by default.",
        };
        var expiresIn = new Option<TimeSpan?>("--expires-in")
        {
            Description = "Lifetime of the token, such as 30d or 12h; unlimited by default.",
            CustomParser = Durations.Read,
        };
        var create = new Command("create", "Issues a token for a user and prints it, once.")
        {
            user,
            organization,
            scopes,
            expiresIn,
        };
        return new("token", "Access tokens.")
        {
            BuildList(),
            BuildRotate(),
            BuildRevoke(),
            create.DoesInDatabase(
                (parsed, services, ct) =>
                    CreateAsync(
                        services.GetRequiredService<IMediator>(),
                        new CreateUserTokenCommand(
                            parsed.GetRequiredValue(user),
                            parsed.GetValue(organization),
                            (parsed.GetValue(scopes) ?? "").Split(
                                ',',
                                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
                            ),
                            parsed.GetValue(expiresIn)
                        ),
                        ct
                    )
            ),
        };
    }

    private static Command BuildList()
    {
        var json = Output.Json();
        return new Command("list", "Lists all tokens of an organization, without the tokens themselves.")
        {
            json,
        }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var mediator = services.GetRequiredService<IMediator>();
                var tokens = await Operator.ReadAllAsync(page => mediator.Send(new ListUserTokensQuery(page), ct));
                return tokens.Error is { } error ? error : Output.Print(tokens.Value, parsed.GetValue(json), CellsOf, Columns);
            }
        );
    }

    private static Command BuildRotate()
    {
        var id = Id();
        var overlap = new Option<TimeSpan?>("--overlap")
        {
            Description = "How long the replaced token is still accepted, such as 2h, up to 7d; 24 hours by default.",
            CustomParser = Durations.Read,
        };
        return new Command("rotate", "Replaces a token and prints its successor, once.") { id, overlap }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var command = new RotateUserTokenCommand(parsed.GetValue(id), parsed.GetValue(overlap));
                var rotated = await services.GetRequiredService<IMediator>().Send(command, ct);
                return rotated.Error is { } error
                    ? error
                    : $"The old token ends at {Output.Instant(rotated.Value.Until)}. The new one, shown only once:\n"
                        + rotated.Value.Token;
            }
        );
    }

    private static Command BuildRevoke()
    {
        var id = Id();
        return new Command("revoke", "Revokes a token at once.") { id }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var revoked = await services
                    .GetRequiredService<IMediator>()
                    .Send(new RevokeUserTokenCommand(parsed.GetValue(id)), ct);
                return revoked.Error is { } error ? error : $"Token {parsed.GetValue(id)} was revoked.";
            }
        );
    }

    private static string[] CellsOf(TokenDto token) =>
        [
            Output.Number(token.Id),
            token.TokenPrefix,
            token.Name,
            token.Owner.Name,
            token.Scopes.Count == 0 ? "everything" : string.Join(',', token.Scopes),
            Output.Instant(token.LastUsedAt),
            Output.Instant(token.ExpiresAt),
        ];

    private static Argument<long> Id() => new("id") { Description = "Id of the token, as the list shows it." };

    private static async Task<Result<string>> CreateAsync(
        IMediator mediator,
        CreateUserTokenCommand command,
        CancellationToken ct
    )
    {
        var created = await mediator.Send(command, ct);
        return created.Error is { } error
            ? error
            : $"The token of {created.Value.Email} in the organization {created.Value.Organization}, shown only "
                + $"once:\n{created.Value.Token}";
    }
}
