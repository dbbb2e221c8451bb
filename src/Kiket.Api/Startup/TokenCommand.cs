using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary><c>token create --user &lt;email&gt; …</c>: issues a token for any user (decisions, 18).</summary>
internal static class TokenCommand
{
    private const int MaxDays = 3650;

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
            CustomParser = ReadLifetime,
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

    private static TimeSpan? ReadLifetime(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            TimeSpan? lifetime = (text[^1], count) switch
            {
                ('d', > 0 and <= MaxDays) => TimeSpan.FromDays(count),
                ('h', > 0 and <= MaxDays * 24) => TimeSpan.FromHours(count),
                _ => null,
            };
            if (lifetime is not null)
                return lifetime;
        }

        argument.AddError($"'{text}' is not a valid lifetime; use days or hours, such as 30d or 12h, up to {MaxDays}d.");
        return null;
    }
}
